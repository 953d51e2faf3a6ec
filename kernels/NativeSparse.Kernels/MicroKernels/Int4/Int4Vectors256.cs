using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>int4 on 256-bit registers.</summary>
internal readonly unsafe struct Int4Vectors256 : IInt4Vectors<Vector256<int>, Vector256<float>>, IInt4Product<Vector256<int>>
{
    private const float HalfBias = 5.192296858534828e33f;

    public static string Name => "vector256";

    public static int Lanes => Vector256<int>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Load(byte* source) => Vector256.Load(source).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LowHalves(Vector256<int> packed) => packed & Vector256.Create(0x0F0F0F0F);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> HighHalves(Vector256<int> packed) => Vector256.ShiftRightLogical(packed, 4) & Vector256.Create(0x0F0F0F0F);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Multiply(
        Vector256<int> w0, Vector256<int> w1, Vector256<int> w2, Vector256<int> w3, Vector256<int> w4, Vector256<int> w5, Vector256<int> w6, Vector256<int> w7, byte* input)
    {
        if (Avx2.IsSupported)
        {
            // 8 pairs of products stay below 2^15: 8 x 2 x 15 x 128 = 30,720.
            var sums = Avx2.MultiplyAddAdjacent(w0.AsByte(), Input(input));
            sums += Avx2.MultiplyAddAdjacent(w1.AsByte(), Input(input + 4));
            sums += Avx2.MultiplyAddAdjacent(w2.AsByte(), Input(input + 8));
            sums += Avx2.MultiplyAddAdjacent(w3.AsByte(), Input(input + 12));
            sums += Avx2.MultiplyAddAdjacent(w4.AsByte(), Input(input + 16));
            sums += Avx2.MultiplyAddAdjacent(w5.AsByte(), Input(input + 20));
            sums += Avx2.MultiplyAddAdjacent(w6.AsByte(), Input(input + 24));
            sums += Avx2.MultiplyAddAdjacent(w7.AsByte(), Input(input + 28));
            return PairProducts.Sum(sums, Vector256.Create((short)1));
        }

        var sum = Vector256<int>.Zero;
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
    public static Vector256<int> LoadZeros(byte* source, bool isHigh)
    {
        var bytes = Vector256.WidenLower(Vector256.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsByte().ToVector256Unsafe())).AsInt32();
        return isHigh ? Vector256.ShiftRightLogical(bytes, 4) : bytes & Vector256.Create(15);
    }

    // The exponent of a float16 is 112 below that of a float32: a shift and one exact product, denormal numbers included.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<float> LoadScales(byte* source)
    {
        var bits = Vector256.WidenLower(Vector128.Load((ushort*)source).ToVector256Unsafe()).AsInt32();
        var magnitude = Vector256.ShiftLeft(bits & Vector256.Create(0x7FFF), 13).AsSingle() * Vector256.Create(HalfBias);
        return (magnitude.AsInt32() | Vector256.ShiftLeft(bits & Vector256.Create(0x8000), 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddGroup(Vector256<int> product, Vector256<int> zeros, int negatedSum, Vector256<float> scale, float* groupScale, float* total)
    {
        var value = Vector256.ConvertToSingle(product + (zeros * Vector256.Create(negatedSum)));
        value = groupScale is null ? value : value * Vector256.Create(*groupScale);
        Vector256.FusedMultiplyAdd(value, scale, Vector256.Load(total)).Store(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(float* total, float rowScale, float rowZero, float* columnSums, float* biases, float* output)
    {
        var scaled = Vector256.FusedMultiplyAdd(Vector256.Load(total), Vector256.Create(rowScale), Vector256.Load(biases));
        Vector256.FusedMultiplyAdd(Vector256.Load(columnSums), Vector256.Create(rowZero), scaled).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(float* total, float* biases, float* output) => (Vector256.Load(total) + Vector256.Load(biases)).Store(output);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector256<sbyte> Input(byte* source) => Vector256.Create(*(int*)source).AsSByte();
}
