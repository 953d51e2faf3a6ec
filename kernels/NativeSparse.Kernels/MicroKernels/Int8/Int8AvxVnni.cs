using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>AVX-VNNI: four u8 x s8 products summed into 32 bits by one instruction, 256-bit registers.</summary>
internal readonly unsafe struct Int8AvxVnni : IInt8Vectors<Vector256<int>>
{
    public static string Name => "avx-vnni";

    public static int Lanes => Vector256<int>.Count;

    public static int TileRows => 6;

    public static RowEncoding Encoding => RowEncoding.UnsignedBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LoadInput(byte* source) => Vector256.Create(*(int*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> LoadWeights(sbyte* source) => Vector256.Load(source).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(ref Vector256<int> leftSum, ref Vector256<int> rightSum, Vector256<int> input, Vector256<int> left, Vector256<int> right)
    {
        leftSum = Add(leftSum, input, left);
        rightSum = Add(rightSum, input, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(
        Vector256<int> sum, int zero, int* columnSums, float* columnScales, float rowScale, float* biases, float* output)
    {
        sum -= Vector256.Create(zero) * Vector256.Load(columnSums);
        var scaled = Vector256.ConvertToSingle(sum) * Vector256.Load(columnScales);
        Vector256.FusedMultiplyAdd(scaled, Vector256.Create(rowScale), Vector256.Load(biases)).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Xor(Vector256<int> left, Vector256<int> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(Vector256<int> sum, int zero, int* columnSums, int* output)
    {
        sum -= Vector256.Create(zero) * Vector256.Load(columnSums);
        (sum + Vector256.Load(output)).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(sbyte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }

    /// <summary>sum + the products of one step.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Add(Vector256<int> sum, Vector256<int> input, Vector256<int> weights) =>
        AvxVnni.IsSupported
            ? AvxVnni.MultiplyWideningAndAdd(sum, input.AsByte(), weights.AsSByte())
            : QuadProducts.Add(sum, input.AsByte(), weights.AsSByte());
}
