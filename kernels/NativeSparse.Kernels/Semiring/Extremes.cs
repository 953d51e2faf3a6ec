using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>
/// Minimum and maximum of IEEE 754-2019, lane by lane: NaN spreads and -0 is below +0. On x86 the native ones return their second operand where
/// one is NaN or both are zeros: both orders together hold what is wanted.
/// </summary>
internal static class Extremes<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Min(TVector left, TVector right)
    {
        if (typeof(TVector) == typeof(Vector128<float>))
        {
            var (a, b) = (To<Vector128<float>>(left), To<Vector128<float>>(right));
            return From(Vector128.MinNative(a, b) | Vector128.MinNative(b, a));
        }

        if (typeof(TVector) == typeof(Vector256<float>))
        {
            var (a, b) = (To<Vector256<float>>(left), To<Vector256<float>>(right));
            return From(Vector256.MinNative(a, b) | Vector256.MinNative(b, a));
        }

        var (c, d) = (To<Vector512<float>>(left), To<Vector512<float>>(right));
        return From(Vector512.MinNative(c, d) | Vector512.MinNative(d, c));
    }

    /// <summary>Equal values differ by nothing, zeros of two signs by -0, which makes +0 of both, NaN and a value by what makes NaN of both.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Max(TVector left, TVector right)
    {
        if (typeof(TVector) == typeof(Vector128<float>))
        {
            var (a, b) = (To<Vector128<float>>(left), To<Vector128<float>>(right));
            var (first, second) = (Vector128.MaxNative(a, b), Vector128.MaxNative(b, a));
            var difference = first ^ second;
            return From((second | difference) - difference);
        }

        if (typeof(TVector) == typeof(Vector256<float>))
        {
            var (a, b) = (To<Vector256<float>>(left), To<Vector256<float>>(right));
            var (first, second) = (Vector256.MaxNative(a, b), Vector256.MaxNative(b, a));
            var difference = first ^ second;
            return From((second | difference) - difference);
        }

        var (c, d) = (To<Vector512<float>>(left), To<Vector512<float>>(right));
        var (third, fourth) = (Vector512.MaxNative(c, d), Vector512.MaxNative(d, c));
        var other = third ^ fourth;
        return From((fourth | other) - other);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TOther To<TOther>(TVector value)
        where TOther : struct => Unsafe.BitCast<TVector, TOther>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector From<TOther>(TOther value)
        where TOther : struct => Unsafe.BitCast<TOther, TVector>(value);
}
