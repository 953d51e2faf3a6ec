using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>What a row's values lie between, 0 included: what it is rounded by.</summary>
internal struct RowRange
{
    /// <summary>At most 0; minus infinity where a value is not finite.</summary>
    public float Low;

    /// <summary>At least 0.</summary>
    public float High;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Include(float value)
    {
        // A NaN or an infinity makes the difference a NaN, which no comparison below loses.
        var isFinite = value - value == 0;
        Low = isFinite ? IntrinsicMath.Min(Low, value) : float.NegativeInfinity;
        High = IntrinsicMath.Max(High, isFinite ? value : 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Include(Quad values)
    {
        Include(values.X);
        Include(values.Y);
        Include(values.Z);
        Include(values.W);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public void Include(RowRange other)
    {
        Low = IntrinsicMath.Min(Low, other.Low);
        High = IntrinsicMath.Max(High, other.High);
    }
}
