using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>Pairs of 16-bit products on 512-bit registers.</summary>
internal readonly unsafe struct Int8Words512 : IInt8Vectors<Vector512<int>>
{
    public static string Name => "vector512";

    public static int Lanes => Vector512<int>.Count;

    public static int TileRows => 8;

    public static RowEncoding Encoding => RowEncoding.Words;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LoadInput(byte* source) => Vector512.Create(*(int*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> LoadWeights(sbyte* source) => Vector512.WidenLower(Vector256.Load(source).ToVector512Unsafe()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(ref Vector512<int> leftSum, ref Vector512<int> rightSum, Vector512<int> input, Vector512<int> left, Vector512<int> right)
    {
        var first = PairProducts.Sum(input.AsInt16(), left.AsInt16());
        var second = PairProducts.Sum(input.AsInt16(), right.AsInt16());
        leftSum += first;
        rightSum += second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(
        Vector512<int> sum, int zero, int* columnSums, float* columnScales, float rowScale, float* biases, float* output)
    {
        var scaled = Vector512.ConvertToSingle(sum) * Vector512.Load(columnScales);
        Vector512.FusedMultiplyAdd(scaled, Vector512.Create(rowScale), Vector512.Load(biases)).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Xor(Vector512<int> left, Vector512<int> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(Vector512<int> sum, int zero, int* columnSums, int* output)
    {
        (sum + Vector512.Load(output)).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Prefetch(sbyte* address)
    {
        if (Sse.IsSupported)
        {
            Sse.Prefetch0(address);
        }
    }
}
