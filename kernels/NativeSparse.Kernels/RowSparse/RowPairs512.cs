using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;
using System.Runtime.Intrinsics.X86;

namespace NativeSparse.Kernels;

/// <summary>Pairs of words of two rows on 512-bit registers.</summary>
internal readonly struct RowPairs512 : IRowPairs<Vector512<int>>
{
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Low(Vector512<int> first, Vector512<int> second) => Avx512BW.IsSupported
        ? Avx512BW.UnpackLow(first.AsInt16(), second.AsInt16()).AsInt32()
        : Vector512.Create(RowPairs256.Low(first.GetLower(), second.GetLower()), RowPairs256.Low(first.GetUpper(), second.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> High(Vector512<int> first, Vector512<int> second) => Avx512BW.IsSupported
        ? Avx512BW.UnpackHigh(first.AsInt16(), second.AsInt16()).AsInt32()
        : Vector512.Create(RowPairs256.High(first.GetLower(), second.GetLower()), RowPairs256.High(first.GetUpper(), second.GetUpper()));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Even(Vector512<int> words) => words & Vector512.Create(0x00FF00FF);

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static Vector512<int> Odd(Vector512<int> words) => (words.AsUInt16() >>> 8).AsInt32();
}
