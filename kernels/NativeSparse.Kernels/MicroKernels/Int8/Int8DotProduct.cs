using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>The dot product of arm64: four s8 x s8 products summed into 32 bits by one instruction, 128-bit registers.</summary>
internal readonly unsafe struct Int8DotProduct : IInt8Vectors<Vector128<int>>
{
    public static string Name => "dotprod";

    public static int Lanes => Vector128<int>.Count;

    public static int TileRows => 8;

    public static RowEncoding Encoding => RowEncoding.SignedBytes;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LoadInput(byte* source) => Vector128.Create(*(int*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LoadWeights(sbyte* source) => Vector128.Load(source).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(ref Vector128<int> leftSum, ref Vector128<int> rightSum, Vector128<int> input, Vector128<int> left, Vector128<int> right)
    {
        leftSum = Add(leftSum, input, left);
        rightSum = Add(rightSum, input, right);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(
        Vector128<int> sum, int zero, int* columnSums, float* columnScales, float rowScale, float* biases, float* output)
    {
        sum -= Vector128.Create(zero) * Vector128.Load(columnSums);
        var scaled = Vector128.ConvertToSingle(sum) * Vector128.Load(columnScales);
        Vector128.FusedMultiplyAdd(scaled, Vector128.Create(rowScale), Vector128.Load(biases)).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Xor(Vector128<int> left, Vector128<int> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(Vector128<int> sum, int zero, int* columnSums, int* output)
    {
        sum -= Vector128.Create(zero) * Vector128.Load(columnSums);
        (sum + Vector128.Load(output)).Store(output);
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
    public static Vector128<int> Add(Vector128<int> sum, Vector128<int> input, Vector128<int> weights) =>
        Dp.IsSupported
            ? Dp.DotProduct(sum, input.AsSByte(), weights.AsSByte())
            : QuadProducts.Add(sum, input.AsSByte(), weights.AsSByte());
}
