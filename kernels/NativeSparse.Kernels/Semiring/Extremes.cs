using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>Minimum and maximum of IEEE 754-2019, lane by lane: NaN spreads and -0 is below +0 on every processor, as the native ones do not.</summary>
internal static class Extremes<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Min(TVector left, TVector right)
    {
        if (typeof(TVector) == typeof(Vector128<float>))
        {
            return From(Vector128.Min(To<Vector128<float>>(left), To<Vector128<float>>(right)));
        }

        return typeof(TVector) == typeof(Vector256<float>)
            ? From(Vector256.Min(To<Vector256<float>>(left), To<Vector256<float>>(right)))
            : From(Vector512.Min(To<Vector512<float>>(left), To<Vector512<float>>(right)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TVector Max(TVector left, TVector right)
    {
        if (typeof(TVector) == typeof(Vector128<float>))
        {
            return From(Vector128.Max(To<Vector128<float>>(left), To<Vector128<float>>(right)));
        }

        return typeof(TVector) == typeof(Vector256<float>)
            ? From(Vector256.Max(To<Vector256<float>>(left), To<Vector256<float>>(right)))
            : From(Vector512.Max(To<Vector512<float>>(left), To<Vector512<float>>(right)));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TOther To<TOther>(TVector value)
        where TOther : struct => Unsafe.BitCast<TVector, TOther>(value);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static TVector From<TOther>(TOther value)
        where TOther : struct => Unsafe.BitCast<TOther, TVector>(value);
}
