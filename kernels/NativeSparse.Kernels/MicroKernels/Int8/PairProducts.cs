using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary><c>out[i] = left[2i] right[2i] + left[2i + 1] right[2i + 1]</c>, exact: no operand is -32768 in both factors of a pair.</summary>
internal static class PairProducts
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Sum(Vector512<short> left, Vector512<short> right) => Avx512BW.IsSupported
        ? Avx512BW.MultiplyAddAdjacent(left, right)
        : Vector512.Create(Sum(left.GetLower(), right.GetLower()), Sum(left.GetUpper(), right.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Sum(Vector256<short> left, Vector256<short> right) => Avx2.IsSupported
        ? Avx2.MultiplyAddAdjacent(left, right)
        : Vector256.Create(Sum(left.GetLower(), right.GetLower()), Sum(left.GetUpper(), right.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Sum(Vector128<short> left, Vector128<short> right)
    {
        if (Sse2.IsSupported)
        {
            return Sse2.MultiplyAddAdjacent(left, right);
        }

        if (AdvSimd.Arm64.IsSupported)
        {
            var low = AdvSimd.MultiplyWideningLower(left.GetLower(), right.GetLower());
            var high = AdvSimd.MultiplyWideningUpper(left, right);
            return AdvSimd.Arm64.AddPairwise(low, high);
        }

        var first = Vector128.WidenLower(left) * Vector128.WidenLower(right);
        var second = Vector128.WidenUpper(left) * Vector128.WidenUpper(right);
        return Vector128.Create(first[0] + first[1], first[2] + first[3], second[0] + second[1], second[2] + second[3]);
    }
}
