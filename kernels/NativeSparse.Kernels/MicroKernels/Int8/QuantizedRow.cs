namespace NativeSparse.Kernels;

/// <summary>Scale and zero point of one row of rounded activations: <c>x = scale (q - zero)</c>.</summary>
/// <param name="Scale">NaN where the row holds a NaN or an infinity: every output of the row is then NaN.</param>
/// <param name="Zero">0 to 255.</param>
internal readonly record struct QuantizedRow(float Scale, int Zero)
{
    public const int Levels = 255;

    /// <summary>1.5 2^23: added to a small number, it leaves the nearest whole number (ties to even) in the low bits.</summary>
    public const float WholeNumbers = 12582912;

    /// <summary>
    /// <c>scale = hi / 255 - lo / 255</c>, <c>zero = round(-lo / scale)</c>, lo and hi being the row's least and largest value and 0. A row
    /// whose range is below 255 times the smallest normal number counts as zero.
    /// </summary>
    /// <param name="low">The least value, at most 0.</param>
    /// <param name="high">The largest value, at least 0.</param>
    /// <param name="inverse">What values are multiplied with before they are rounded; 0 for a row that counts as zero.</param>
    public static QuantizedRow Of(float low, float high, out float inverse)
    {
        var scale = (high / Levels) - (low / Levels);
        if (scale < MinNormal)
        {
            inverse = 0;
            return new QuantizedRow(0, 0);
        }

        inverse = 1 / scale;
        return new QuantizedRow(scale, Math.Clamp((int)MathF.Round(-low * inverse), 0, Levels));
    }

    /// <summary>The zero point of symmetric rows: they round to -127 to 127.</summary>
    public const int Middle = 128;

    /// <summary><c>scale = magnitude / 127</c> around <see cref="Middle"/>; a NaN magnitude gives a row that is not finite.</summary>
    public static QuantizedRow OfMagnitude(float magnitude, out float inverse)
    {
        const int levels = 127;
        inverse = 0;
        var scale = magnitude / levels;
        if (float.IsNaN(scale))
        {
            return NotANumber;
        }

        if (scale < MinNormal)
        {
            return new QuantizedRow(0, Middle);
        }

        inverse = 1 / scale;
        return new QuantizedRow(scale, Middle);
    }

    /// <summary>A row that is not finite.</summary>
    public static QuantizedRow NotANumber => new(float.NaN, 0);

    /// <summary>q of one value.</summary>
    public int Round(float value, float inverse) => Math.Clamp(
        BitConverter.SingleToInt32Bits(MathF.FusedMultiplyAdd(value, inverse, WholeNumbers))
            - BitConverter.SingleToInt32Bits(WholeNumbers) + Zero,
        0,
        Levels);

    private const float MinNormal = 1.17549435e-38f;
}
