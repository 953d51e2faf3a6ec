using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>Pairs of 16-bit products on 128-bit registers.</summary>
internal readonly unsafe struct Int8Words128 : IInt8Vectors<Vector128<int>>
{
    public static string Name => "vector128";

    public static int Lanes => Vector128<int>.Count;

    public static int TileRows => 6;

    public static RowEncoding Encoding => RowEncoding.Words;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LoadInput(byte* source) => Vector128.Create(*(int*)source);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> LoadWeights(sbyte* source) => Sse41.IsSupported
        ? Sse41.ConvertToVector128Int16(source).AsInt32()
        : Vector128.WidenLower(Vector128.CreateScalarUnsafe(*(long*)source).AsSByte()).AsInt32();

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void MultiplyAdd(ref Vector128<int> leftSum, ref Vector128<int> rightSum, Vector128<int> input, Vector128<int> left, Vector128<int> right)
    {
        var first = PairProducts.Sum(input.AsInt16(), left.AsInt16());
        var second = PairProducts.Sum(input.AsInt16(), right.AsInt16());
        leftSum += first;
        rightSum += second;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Finish(
        Vector128<int> sum, int zero, int* columnSums, float* columnScales, float rowScale, float* biases, float* output)
    {
        var scaled = Vector128.ConvertToSingle(sum) * Vector128.Load(columnScales);
        Vector128.FusedMultiplyAdd(scaled, Vector128.Create(rowScale), Vector128.Load(biases)).Store(output);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Xor(Vector128<int> left, Vector128<int> right) => left ^ right;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Accumulate(Vector128<int> sum, int zero, int* columnSums, int* output)
    {
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
}
