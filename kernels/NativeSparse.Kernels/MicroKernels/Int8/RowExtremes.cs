using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>The least and the largest value of a row and 0, and whether all values are finite.</summary>
internal readonly unsafe struct RowExtremes
{
    private RowExtremes(float low, float high, bool isFinite) => (Low, High, IsFinite) = (low, high, isFinite);

    public float Low { get; }

    public float High { get; }

    public bool IsFinite { get; }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static RowExtremes Of(float* x, int length)
    {
        var i = 0;
        var (low, high, poison) = (Vector256<float>.Zero, Vector256<float>.Zero, Vector256<float>.Zero);
        if (Vector512.IsHardwareAccelerated)
        {
            var (low512, high512, poison512) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
            i = Sweep<Width512, Vector512<float>>(x, i, length, ref low512, ref high512, ref poison512);
            low = Vector256.MinNative(low512.GetLower(), low512.GetUpper());
            high = Vector256.MaxNative(high512.GetLower(), high512.GetUpper());
            poison = poison512.GetLower() + poison512.GetUpper();
        }

        i = Sweep<Width256, Vector256<float>>(x, i, length, ref low, ref high, ref poison);
        var least = Least(Vector128.MinNative(low.GetLower(), low.GetUpper()));
        var most = -Least(-Vector128.MaxNative(high.GetLower(), high.GetUpper()));
        var rest = Vector256.Sum(poison);
        for (; i < length; i++)
        {
            least = MathF.Min(least, x[i]);
            most = MathF.Max(most, x[i]);
            rest += x[i] * 0;
        }

        return new RowExtremes(least, most, !float.IsNaN(rest));
    }

    /// <summary>Two registers at a time from <paramref name="start"/>; returns where it ended. Poison becomes NaN where a value is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Sweep<TWidth, TVector>(float* x, int start, int length, ref TVector low, ref TVector high, ref TVector poison)
        where TWidth : struct, IVectorWidth<TVector>
        where TVector : struct
    {
        var zero = TWidth.Broadcast(0);
        var (low0, high0, poison0) = (low, high, poison);
        var (low1, high1, poison1) = (low, high, zero);
        var i = start;
        for (; i <= length - (2 * TWidth.Lanes); i += 2 * TWidth.Lanes)
        {
            var v0 = TWidth.Load(x + i);
            var v1 = TWidth.Load(x + i + TWidth.Lanes);
            low0 = TWidth.MinNative(low0, v0);
            low1 = TWidth.MinNative(low1, v1);
            high0 = TWidth.MaxNative(high0, v0);
            high1 = TWidth.MaxNative(high1, v1);
            poison0 = TWidth.FusedMultiplyAdd(v0, zero, poison0);
            poison1 = TWidth.FusedMultiplyAdd(v1, zero, poison1);
        }

        low = TWidth.MinNative(low0, low1);
        high = TWidth.MaxNative(high0, high1);
        poison = TWidth.Add(poison0, poison1);
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Least(Vector128<float> values)
    {
        values = Vector128.MinNative(values, Vector128.Shuffle(values, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MinNative(values, Vector128.Shuffle(values, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
