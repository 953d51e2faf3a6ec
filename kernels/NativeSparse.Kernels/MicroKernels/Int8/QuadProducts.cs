using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>
/// <c>sum[i] + the products of bytes 4i to 4i + 3</c>, for processors without such an instruction: slow, so that the versions that need
/// one can be tested anywhere.
/// </summary>
internal static class QuadProducts
{
    public static Vector256<int> Add(Vector256<int> sum, Vector256<byte> left, Vector256<sbyte> right)
    {
        for (var i = 0; i < 4 * Vector256<int>.Count; i++)
        {
            sum = sum.WithElement(i / 4, sum[i / 4] + (left[i] * right[i]));
        }

        return sum;
    }

    public static Vector128<int> Add(Vector128<int> sum, Vector128<sbyte> left, Vector128<sbyte> right)
    {
        for (var i = 0; i < 4 * Vector128<int>.Count; i++)
        {
            sum = sum.WithElement(i / 4, sum[i / 4] + (left[i] * right[i]));
        }

        return sum;
    }

    public static Vector512<int> Add(Vector512<int> sum, Vector512<byte> left, Vector512<sbyte> right)
    {
        for (var i = 0; i < 4 * Vector512<int>.Count; i++)
        {
            sum = sum.WithElement(i / 4, sum[i / 4] + (left[i] * right[i]));
        }

        return sum;
    }
}
