using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.Arm;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>Pairs of words of two rows on 128-bit registers.</summary>
internal readonly struct RowPairs128 : IRowPairs<Vector128<int>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Low(Vector128<int> first, Vector128<int> second)
    {
        var (a, b) = (first.AsInt16(), second.AsInt16());
        if (Sse2.IsSupported)
        {
            return Sse2.UnpackLow(a, b).AsInt32();
        }

        return AdvSimd.Arm64.IsSupported
            ? AdvSimd.Arm64.ZipLow(a, b).AsInt32()
            : Vector128.Create(a[0], b[0], a[1], b[1], a[2], b[2], a[3], b[3]).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> High(Vector128<int> first, Vector128<int> second)
    {
        var (a, b) = (first.AsInt16(), second.AsInt16());
        if (Sse2.IsSupported)
        {
            return Sse2.UnpackHigh(a, b).AsInt32();
        }

        return AdvSimd.Arm64.IsSupported
            ? AdvSimd.Arm64.ZipHigh(a, b).AsInt32()
            : Vector128.Create(a[4], b[4], a[5], b[5], a[6], b[6], a[7], b[7]).AsInt32();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Even(Vector128<int> words) => words & Vector128.Create(0x00FF00FF);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector128<int> Odd(Vector128<int> words) => (words.AsUInt16() >>> 8).AsInt32();
}
