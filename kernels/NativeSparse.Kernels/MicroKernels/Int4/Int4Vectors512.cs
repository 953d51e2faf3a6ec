using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>int4 on 512-bit registers.</summary>
internal readonly unsafe struct Int4Vectors512 : IInt4Vectors<Vector512<int>, Vector512<float>>, IInt4Product<Vector512<int>>
{
    private const float HalfBias = 5.192296858534828e33f;

    public static string Name => "vector512";

    public static int Lanes => Vector512<int>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Load(byte* source) => Vector512.Load(source).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LowHalves(Vector512<int> packed) => packed & Vector512.Create(0x0F0F0F0F);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> HighHalves(Vector512<int> packed) => Vector512.ShiftRightLogical(packed, 4) & Vector512.Create(0x0F0F0F0F);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Multiply(
        Vector512<int> w0, Vector512<int> w1, Vector512<int> w2, Vector512<int> w3, Vector512<int> w4, Vector512<int> w5, Vector512<int> w6, Vector512<int> w7, byte* input)
    {
        if (Avx512BW.IsSupported)
        {
            // 8 pairs of products stay below 2^15: 8 x 2 x 15 x 128 = 30,720.
            var sums = Avx512BW.MultiplyAddAdjacent(w0.AsByte(), Input(input));
            sums += Avx512BW.MultiplyAddAdjacent(w1.AsByte(), Input(input + 4));
            sums += Avx512BW.MultiplyAddAdjacent(w2.AsByte(), Input(input + 8));
            sums += Avx512BW.MultiplyAddAdjacent(w3.AsByte(), Input(input + 12));
            sums += Avx512BW.MultiplyAddAdjacent(w4.AsByte(), Input(input + 16));
            sums += Avx512BW.MultiplyAddAdjacent(w5.AsByte(), Input(input + 20));
            sums += Avx512BW.MultiplyAddAdjacent(w6.AsByte(), Input(input + 24));
            sums += Avx512BW.MultiplyAddAdjacent(w7.AsByte(), Input(input + 28));
            return PairProducts.Sum(sums, Vector512.Create((short)1));
        }

        var sum = Vector512<int>.Zero;
        sum = QuadProducts.Add(sum, w0.AsByte(), Input(input));
        sum = QuadProducts.Add(sum, w1.AsByte(), Input(input + 4));
        sum = QuadProducts.Add(sum, w2.AsByte(), Input(input + 8));
        sum = QuadProducts.Add(sum, w3.AsByte(), Input(input + 12));
        sum = QuadProducts.Add(sum, w4.AsByte(), Input(input + 16));
        sum = QuadProducts.Add(sum, w5.AsByte(), Input(input + 20));
        sum = QuadProducts.Add(sum, w6.AsByte(), Input(input + 24));
        sum = QuadProducts.Add(sum, w7.AsByte(), Input(input + 28));
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LoadZeros(byte* source, bool isHigh)
    {
        var bytes = Vector512.WidenLower(Vector512.WidenLower(Vector128.Load(source).ToVector256Unsafe().ToVector512Unsafe())).AsInt32();
        return isHigh ? Vector512.ShiftRightLogical(bytes, 4) : bytes & Vector512.Create(15);
    }

    // The exponent of a float16 is 112 below that of a float32: a shift and one exact product, denormal numbers included.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<float> LoadScales(byte* source)
    {
        var bits = Vector512.WidenLower(Vector256.Load((ushort*)source).ToVector512Unsafe()).AsInt32();
        var magnitude = Vector512.ShiftLeft(bits & Vector512.Create(0x7FFF), 13).AsSingle() * Vector512.Create(HalfBias);
        return (magnitude.AsInt32() | Vector512.ShiftLeft(bits & Vector512.Create(0x8000), 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddGroup(Vector512<int> product, Vector512<int> zeros, int negatedSum, Vector512<float> scale, float* groupScale, float* total)
    {
        var value = Vector512.ConvertToSingle(product + (zeros * Vector512.Create(negatedSum)));
        value = groupScale is null ? value : value * Vector512.Create(*groupScale);
        Vector512.FusedMultiplyAdd(value, scale, Vector512.Load(total)).Store(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(float* total, float rowScale, float rowZero, float* columnSums, float* biases, float* output)
    {
        var scaled = Vector512.FusedMultiplyAdd(Vector512.Load(total), Vector512.Create(rowScale), Vector512.Load(biases));
        Vector512.FusedMultiplyAdd(Vector512.Load(columnSums), Vector512.Create(rowZero), scaled).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(float* total, float* biases, float* output) => (Vector512.Load(total) + Vector512.Load(biases)).Store(output);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector512<sbyte> Input(byte* source) => Vector512.Create(*(int*)source).AsSByte();
}
