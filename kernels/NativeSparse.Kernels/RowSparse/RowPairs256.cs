using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>Pairs of words of two rows on 256-bit registers.</summary>
internal readonly struct RowPairs256 : IRowPairs<Vector256<int>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Low(Vector256<int> first, Vector256<int> second) => Avx2.IsSupported
        ? Avx2.UnpackLow(first.AsInt16(), second.AsInt16()).AsInt32()
        : Vector256.Create(RowPairs128.Low(first.GetLower(), second.GetLower()), RowPairs128.Low(first.GetUpper(), second.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> High(Vector256<int> first, Vector256<int> second) => Avx2.IsSupported
        ? Avx2.UnpackHigh(first.AsInt16(), second.AsInt16()).AsInt32()
        : Vector256.Create(RowPairs128.High(first.GetLower(), second.GetLower()), RowPairs128.High(first.GetUpper(), second.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Even(Vector256<int> words) => words & Vector256.Create(0x00FF00FF);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector256<int> Odd(Vector256<int> words) => (words.AsUInt16() >>> 8).AsInt32();
}
