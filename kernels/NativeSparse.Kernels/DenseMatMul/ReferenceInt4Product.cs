namespace NativeSparse.Kernels;

/// <summary>The specification of one row of an int4 product in plain loops.</summary>
internal static class ReferenceInt4Product
{
    private const int Group = QuantizedInt4Weights.Group;

    public static void Run(ReadOnlySpan<float> row, QuantizedInt4Weights weights, bool hasGroupScales, ReadOnlySpan<float> bias, Span<float> sums)
    {
        var groups = QuantizedInt4Weights.Groups(row.Length);
        var rounded = new int[groups * Group];
        var scales = new float[groups];
        var whole = hasGroupScales ? default : RoundRow(row, rounded);
        for (var g = 0; hasGroupScales && g < groups; g++)
        {
            scales[g] = RoundGroup(row[(g * Group)..Math.Min((g + 1) * Group, row.Length)], rounded.AsSpan(g * Group, Group));
        }

        for (var n = 0; n < sums.Length; n++)
        {
            var (total, columnSum) = (0f, 0.0);
            for (var g = 0; g < groups; g++)
            {
                var scale = (float)weights.Scales.Span[(g * sums.Length) + n];
                var zero = weights.Zeros.Span[(g * sums.Length) + n];
                var product = 0;
                for (var k = g * Group; k < Math.Min((g + 1) * Group, row.Length); k++)
                {
                    var weight = weights.Values.Span[(k * sums.Length) + n] - zero;
                    product += rounded[k] * weight;
                    columnSum += (double)scale * weight;
                }

                total = MathF.FusedMultiplyAdd(hasGroupScales ? product * scales[g] : product, scale, total);
            }

            var start = bias.IsEmpty ? 0 : bias[n];
            sums[n] = hasGroupScales
                ? total + start
                : MathF.FusedMultiplyAdd(
                    (float)columnSum, -whole.Scale * (whole.Zero - QuantizedRow.Middle), MathF.FusedMultiplyAdd(total, whole.Scale, start));
        }
    }

    /// <summary>The row as q - 128.</summary>
    private static QuantizedRow RoundRow(ReadOnlySpan<float> row, Span<int> rounded)
    {
        var (low, high) = (0f, 0f);
        foreach (var value in row)
        {
            if (!float.IsFinite(value))
            {
                return QuantizedRow.NotANumber;
            }

            (low, high) = (MathF.Min(low, value), MathF.Max(high, value));
        }

        var result = QuantizedRow.Of(low, high, out var inverse);
        for (var k = 0; k < row.Length; k++)
        {
            rounded[k] = result.Round(row[k], inverse) - QuantizedRow.Middle;
        }

        return result;
    }

    private static float RoundGroup(ReadOnlySpan<float> values, Span<int> rounded)
    {
        var magnitude = 0f;
        foreach (var value in values)
        {
            magnitude = MathF.Max(magnitude, float.IsFinite(value) ? MathF.Abs(value) : float.NaN);
        }

        var result = QuantizedRow.OfMagnitude(magnitude, out var inverse);
        for (var k = 0; k < values.Length && !float.IsNaN(result.Scale); k++)
        {
            rounded[k] = result.Round(values[k], inverse) - QuantizedRow.Middle;
        }

        return result.Scale;
    }
}
