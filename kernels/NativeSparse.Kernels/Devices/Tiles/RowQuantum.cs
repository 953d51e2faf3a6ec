using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Scale and zero point of a rounded row on a device: <see cref="QuantizedRow"/> there.</summary>
internal struct RowQuantum
{
    private const int Levels = 127;
    private const float MinNormal = 1.17549435e-38f;

    public float Scale;
    public int Zero;

    /// <summary>As <see cref="QuantizedRow.Of"/>; minus infinity as the least value stands for a row that is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowQuantum Of(float low, float high, out float inverse)
    {
        RowQuantum quantum = default;
        inverse = 0;
        var scale = (high / QuantizedRow.Levels) - (low / QuantizedRow.Levels);
        if (low == float.NegativeInfinity)
        {
            quantum.Scale = float.NaN;
        }
        else if (scale >= MinNormal)
        {
            inverse = 1 / scale;
            quantum.Scale = scale;
            quantum.Zero = IntrinsicMath.Clamp(Nearest(-low * inverse), 0, QuantizedRow.Levels);
        }

        return quantum;
    }

    /// <summary>As <see cref="QuantizedRow.OfMagnitude"/>; infinity stands for a row that is not finite.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static RowQuantum OfMagnitude(float magnitude, out float inverse)
    {
        RowQuantum quantum = default;
        quantum.Zero = QuantizedRow.Middle;
        inverse = 0;
        var scale = magnitude / Levels;
        if (magnitude == float.PositiveInfinity)
        {
            quantum.Scale = float.NaN;
        }
        else if (scale >= MinNormal)
        {
            quantum.Scale = scale;
            inverse = 1 / scale;
        }

        return quantum;
    }

    /// <summary>q of one value.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public readonly int Round(float value, float inverse) => IntrinsicMath.Clamp(Nearest(value * inverse) + Zero, 0, QuantizedRow.Levels);

    /// <summary>The nearest whole number, ties to even, of a small value.</summary>
    private static int Nearest(float value) =>
        (int)Interop.FloatAsInt(value + QuantizedRow.WholeNumbers) - (int)Interop.FloatAsInt(QuantizedRow.WholeNumbers);
}
