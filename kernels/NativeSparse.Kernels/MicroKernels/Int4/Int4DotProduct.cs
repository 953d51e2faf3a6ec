using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>int4 by the dot products of arm64.</summary>
internal readonly unsafe struct Int4DotProduct : IInt4Product<Vector128<int>>
{
    public static string Name => Int8DotProduct.Name;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Multiply(
        Vector128<int> w0, Vector128<int> w1, Vector128<int> w2, Vector128<int> w3, Vector128<int> w4, Vector128<int> w5, Vector128<int> w6, Vector128<int> w7, byte* input)
    {
        var sum = Vector128<int>.Zero;
        sum = Int8DotProduct.Add(sum, w0, Int8DotProduct.LoadInput(input));
        sum = Int8DotProduct.Add(sum, w1, Int8DotProduct.LoadInput(input + 4));
        sum = Int8DotProduct.Add(sum, w2, Int8DotProduct.LoadInput(input + 8));
        sum = Int8DotProduct.Add(sum, w3, Int8DotProduct.LoadInput(input + 12));
        sum = Int8DotProduct.Add(sum, w4, Int8DotProduct.LoadInput(input + 16));
        sum = Int8DotProduct.Add(sum, w5, Int8DotProduct.LoadInput(input + 20));
        sum = Int8DotProduct.Add(sum, w6, Int8DotProduct.LoadInput(input + 24));
        sum = Int8DotProduct.Add(sum, w7, Int8DotProduct.LoadInput(input + 28));
        return sum;
    }
}
