using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>int4 on 128-bit registers.</summary>
internal readonly unsafe struct Int4Vectors128 : IInt4Vectors<Vector128<int>, Vector128<float>>, IInt4Product<Vector128<int>>
{
    private const float HalfBias = 5.192296858534828e33f;

    public static string Name => "vector128";

    public static int Lanes => Vector128<int>.Count;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Load(byte* source) => Vector128.Load(source).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LowHalves(Vector128<int> packed) => packed & Vector128.Create(0x0F0F0F0F);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> HighHalves(Vector128<int> packed) => Vector128.ShiftRightLogical(packed, 4) & Vector128.Create(0x0F0F0F0F);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Multiply(
        Vector128<int> w0, Vector128<int> w1, Vector128<int> w2, Vector128<int> w3, Vector128<int> w4, Vector128<int> w5, Vector128<int> w6, Vector128<int> w7, byte* input)
    {
        if (Ssse3.IsSupported)
        {
            // 8 pairs of products stay below 2^15: 8 x 2 x 15 x 128 = 30,720.
            var sums = Ssse3.MultiplyAddAdjacent(w0.AsByte(), Input(input));
            sums += Ssse3.MultiplyAddAdjacent(w1.AsByte(), Input(input + 4));
            sums += Ssse3.MultiplyAddAdjacent(w2.AsByte(), Input(input + 8));
            sums += Ssse3.MultiplyAddAdjacent(w3.AsByte(), Input(input + 12));
            sums += Ssse3.MultiplyAddAdjacent(w4.AsByte(), Input(input + 16));
            sums += Ssse3.MultiplyAddAdjacent(w5.AsByte(), Input(input + 20));
            sums += Ssse3.MultiplyAddAdjacent(w6.AsByte(), Input(input + 24));
            sums += Ssse3.MultiplyAddAdjacent(w7.AsByte(), Input(input + 28));
            return PairProducts.Sum(sums, Vector128.Create((short)1));
        }

        var sum = Vector128<int>.Zero;
        sum = QuadProducts.Add(sum, w0.AsSByte(), Input(input));
        sum = QuadProducts.Add(sum, w1.AsSByte(), Input(input + 4));
        sum = QuadProducts.Add(sum, w2.AsSByte(), Input(input + 8));
        sum = QuadProducts.Add(sum, w3.AsSByte(), Input(input + 12));
        sum = QuadProducts.Add(sum, w4.AsSByte(), Input(input + 16));
        sum = QuadProducts.Add(sum, w5.AsSByte(), Input(input + 20));
        sum = QuadProducts.Add(sum, w6.AsSByte(), Input(input + 24));
        sum = QuadProducts.Add(sum, w7.AsSByte(), Input(input + 28));
        return sum;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LoadZeros(byte* source, bool isHigh)
    {
        var bytes = Vector128.WidenLower(Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(int*)source).AsByte())).AsInt32();
        return isHigh ? Vector128.ShiftRightLogical(bytes, 4) : bytes & Vector128.Create(15);
    }

    // The exponent of a float16 is 112 below that of a float32: a shift and one exact product, denormal numbers included.
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<float> LoadScales(byte* source)
    {
        var bits = Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsUInt16()).AsInt32();
        var magnitude = Vector128.ShiftLeft(bits & Vector128.Create(0x7FFF), 13).AsSingle() * Vector128.Create(HalfBias);
        return (magnitude.AsInt32() | Vector128.ShiftLeft(bits & Vector128.Create(0x8000), 16)).AsSingle();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void AddGroup(Vector128<int> product, Vector128<int> zeros, int negatedSum, Vector128<float> scale, float* groupScale, float* total)
    {
        var value = Vector128.ConvertToSingle(product + (zeros * Vector128.Create(negatedSum)));
        value = groupScale is null ? value : value * Vector128.Create(*groupScale);
        Vector128.FusedMultiplyAdd(value, scale, Vector128.Load(total)).Store(total);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(float* total, float rowScale, float rowZero, float* columnSums, float* biases, float* output)
    {
        var scaled = Vector128.FusedMultiplyAdd(Vector128.Load(total), Vector128.Create(rowScale), Vector128.Load(biases));
        Vector128.FusedMultiplyAdd(Vector128.Load(columnSums), Vector128.Create(rowZero), scaled).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(float* total, float* biases, float* output) => (Vector128.Load(total) + Vector128.Load(biases)).Store(output);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Vector128<sbyte> Input(byte* source) => Vector128.Create(*(int*)source).AsSByte();
}
