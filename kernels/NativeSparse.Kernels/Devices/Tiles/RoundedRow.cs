using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>How a row is rounded on its way into a product: its quantum, and what makes a value a whole number that stays float32.</summary>
internal struct RoundedRow
{
    public RowQuantum Quantum;
    public float Inverse;

    /// <summary>What is taken from a value that <see cref="QuantizedRow.WholeNumbers"/> was added to, so that the zero point is left.</summary>
    public float Shift;

    /// <param name="range">Of all values that share the scale.</param>
    /// <param name="isSymmetric">Whether values are rounded around 128: <see cref="RowQuantum.OfMagnitude"/>.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RoundedRow Of(RowRange range, bool isSymmetric)
    {
        RoundedRow row = default;
        row.Quantum = isSymmetric
            ? RowQuantum.OfMagnitude(IntrinsicMath.Max(-range.Low, range.High), out row.Inverse)
            : RowQuantum.Of(range.Low, range.High, out row.Inverse);
        row.Shift = QuantizedRow.WholeNumbers - row.Quantum.Zero;
        return row;
    }

    /// <summary>q of four values of the range: bit by bit <see cref="RowQuantum.Round"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly Quad Round(Quad values)
    {
        Quad quad = default;
        quad.X = Round(values.X);
        quad.Y = Round(values.Y);
        quad.Z = Round(values.Z);
        quad.W = Round(values.W);
        return quad;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly float Round(float value)
    {
        // Not below 0: the least value rounds to minus the zero point, as nearest numbers are symmetric. The largest may round to 256.
        var whole = (value * Inverse) + QuantizedRow.WholeNumbers - Shift;
        return IntrinsicMath.Min(whole, QuantizedRow.Levels);
    }
}
