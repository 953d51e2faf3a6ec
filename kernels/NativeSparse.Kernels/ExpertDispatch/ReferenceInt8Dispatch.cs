namespace NativeSparse.Kernels;

/// <summary>The specification of int8 experts in plain loops.</summary>
internal static unsafe class ReferenceInt8Dispatch
{
    public static void Run(in Execution execution, View x, in Routing routing, QuantizedExpertWeights weights, float scale, View y)
    {
        var (b, o) = (weights.ExpertWidth, weights.OutputWidth);
        for (var t = 0; t < x.Rows; t++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            var row = new ReadOnlySpan<float>(x.Row(t), x.Columns);
            var count = routing.Counts.RowInt32(0)[t];
            var hidden = new float[count][];
            for (var i = 0; i < count; i++)
            {
                hidden[i] = Hidden(weights, routing.Experts.RowInt32(t)[i], row, routing.Weights.Row(t)[i] * scale);
            }

            if (count > 0)
            {
                AddSums(weights, routing, t, hidden, y.Row(t));
            }

            for (var i = 0; i < count && !weights.ExpertBias.IsEmpty; i++)
            {
                var expert = routing.Experts.RowInt32(t)[i];
                for (var n = 0; n < o; n++)
                {
                    y.Row(t)[n] = MathF.FusedMultiplyAdd(
                        routing.Weights.Row(t)[i] * scale, weights.ExpertBias.Span[(expert * o) + n], y.Row(t)[n]);
                }
            }
        }
    }

    private static void AddSums(QuantizedExpertWeights weights, in Routing routing, int token, float[][] hidden, float* y)
    {
        var magnitude = hidden.SelectMany(values => values).Aggregate(0f, (largest, value) => MathF.Max(largest, float.IsFinite(value) ? MathF.Abs(value) : float.NaN));
        var row = QuantizedRow.OfMagnitude(magnitude, out var inverse);
        for (var n = 0; n < weights.OutputWidth; n++)
        {
            var sum = 0;
            for (var i = 0; i < hidden.Length && !float.IsNaN(row.Scale); i++)
            {
                var first = routing.Experts.RowInt32(token)[i] * weights.ExpertWidth;
                for (var h = 0; h < hidden[i].Length; h++)
                {
                    sum += (row.Round(hidden[i][h], inverse) - row.Zero) * weights.Down.Span[((first + h) * weights.OutputWidth) + n];
                }
            }

            y[n] = MathF.FusedMultiplyAdd(sum * weights.DownScales.Span[n], row.Scale, y[n]);
        }
    }

    /// <summary>The real neurons of an expert, weighted.</summary>
    private static float[] Hidden(QuantizedExpertWeights weights, int expert, ReadOnlySpan<float> row, float weight)
    {
        var up = Project(weights, expert, row, weights.Up.Span, weights.UpScales.Span, weights.UpBias.Span);
        var gate = weights.Gate.IsEmpty ? null : Project(weights, expert, row, weights.Gate.Span, weights.GateScales.Span, weights.GateBias.Span);
        var width = weights.Widths.IsEmpty ? weights.ExpertWidth : weights.Widths.Span[expert];
        var hidden = new float[width];
        for (var h = 0; h < width; h++)
        {
            var active = ReferenceActivation.Apply(weights.Activation, gate is null ? up[h] : gate[h]);
            hidden[h] = (gate is null ? active : active * up[h]) * weight;
        }

        return hidden;
    }

    private static float[] Project(
        QuantizedExpertWeights weights, int expert, ReadOnlySpan<float> row, ReadOnlySpan<sbyte> values, ReadOnlySpan<float> scales, ReadOnlySpan<float> bias)
    {
        var (d, b) = (weights.InputWidth, weights.ExpertWidth);
        var sums = new float[b];
        ReferenceDenseMatMul.MultiplyInt8(
            row,
            values.Slice(expert * d * b, d * b),
            scales.Slice(expert * b, b),
            bias.IsEmpty ? default : bias.Slice(expert * b, b),
            new int[d],
            sums);
        return sums;
    }
}
