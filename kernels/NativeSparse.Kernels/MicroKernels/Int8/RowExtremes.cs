using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>The least and the largest value of a row and 0, and a number that is NaN where a value is not finite.</summary>
internal readonly unsafe struct RowExtremes
{
    private RowExtremes(float low, float high, float poison) => (Low, High, IsFinite) = (low, high, !float.IsNaN(poison));

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
            i = OfWide(x, length, ref low, ref high, ref poison);
        }

        var (low1, high1, poison1) = (low, high, Vector256<float>.Zero);
        for (; i <= length - (2 * Vector256<float>.Count); i += 2 * Vector256<float>.Count)
        {
            var v0 = Vector256.Load(x + i);
            var v1 = Vector256.Load(x + i + Vector256<float>.Count);
            low = Vector256.MinNative(low, v0);
            low1 = Vector256.MinNative(low1, v1);
            high = Vector256.MaxNative(high, v0);
            high1 = Vector256.MaxNative(high1, v1);
            poison = Vector256.FusedMultiplyAdd(v0, Vector256<float>.Zero, poison);
            poison1 = Vector256.FusedMultiplyAdd(v1, Vector256<float>.Zero, poison1);
        }

        low = Vector256.MinNative(low, low1);
        high = Vector256.MaxNative(high, high1);
        poison += poison1;
        var least = Least(Vector128.MinNative(low.GetLower(), low.GetUpper()));
        var most = -Least(-Vector128.MaxNative(high.GetLower(), high.GetUpper()));
        var rest = Vector256.Sum(poison);
        for (; i < length; i++)
        {
            least = MathF.Min(least, x[i]);
            most = MathF.Max(most, x[i]);
            rest += x[i] * 0;
        }

        return new RowExtremes(least, most, rest);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int OfWide(float* x, int length, ref Vector256<float> low, ref Vector256<float> high, ref Vector256<float> poison)
    {
        var (low0, high0, poison0) = (Vector512<float>.Zero, Vector512<float>.Zero, Vector512<float>.Zero);
        var (low1, high1, poison1) = (low0, high0, poison0);
        var i = 0;
        for (; i <= length - (2 * Vector512<float>.Count); i += 2 * Vector512<float>.Count)
        {
            var v0 = Vector512.Load(x + i);
            var v1 = Vector512.Load(x + i + Vector512<float>.Count);
            low0 = Vector512.MinNative(low0, v0);
            low1 = Vector512.MinNative(low1, v1);
            high0 = Vector512.MaxNative(high0, v0);
            high1 = Vector512.MaxNative(high1, v1);
            poison0 = Vector512.FusedMultiplyAdd(v0, Vector512<float>.Zero, poison0);
            poison1 = Vector512.FusedMultiplyAdd(v1, Vector512<float>.Zero, poison1);
        }

        low0 = Vector512.MinNative(low0, low1);
        high0 = Vector512.MaxNative(high0, high1);
        poison0 += poison1;
        low = Vector256.MinNative(low0.GetLower(), low0.GetUpper());
        high = Vector256.MaxNative(high0.GetLower(), high0.GetUpper());
        poison = poison0.GetLower() + poison0.GetUpper();
        return i;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Least(Vector128<float> values)
    {
        values = Vector128.MinNative(values, Vector128.Shuffle(values, Vector128.Create(2, 3, 0, 1)));
        return Vector128.MinNative(values, Vector128.Shuffle(values, Vector128.Create(1, 0, 3, 2))).ToScalar();
    }
}
