namespace NativeSparse.Kernels;

/// <summary>The specification of int4 experts in plain loops.</summary>
internal static unsafe class ReferenceInt4Dispatch
{
    public static void Run(in Execution execution, View x, in Routing routing, ReferenceInt4Experts experts, float scale, View y)
    {
        for (var t = 0; t < x.Rows; t++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            for (var i = 0; i < routing.Counts.RowInt32(0)[t]; i++)
            {
                var output = RunExpert(experts, routing.Experts.RowInt32(t)[i], new ReadOnlySpan<float>(x.Row(t), x.Columns));
                var weight = routing.Weights.Row(t)[i] * scale;
                for (var o = 0; o < output.Length; o++)
                {
                    y.Row(t)[o] = MathF.FusedMultiplyAdd(weight, output[o], y.Row(t)[o]);
                }
            }
        }
    }

    private static float[] RunExpert(ReferenceInt4Experts experts, int expert, ReadOnlySpan<float> row)
    {
        var weights = experts.Weights;
        var hidden = Multiply(experts, row, weights.Up[expert], weights.UpBias, expert);
        if (weights.Gate.Count == 0)
        {
            hidden = Array.ConvertAll(hidden, value => ReferenceActivation.Apply(weights.Activation, value));
        }
        else
        {
            var gate = Multiply(experts, row, weights.Gate[expert], weights.GateBias, expert);
            for (var b = 0; b < hidden.Length; b++)
            {
                hidden[b] *= ReferenceActivation.Apply(weights.Activation, gate[b]);
            }
        }

        return Multiply(experts, hidden, weights.Down[expert], weights.ExpertBias, expert);
    }

    private static float[] Multiply(
        ReferenceInt4Experts experts, ReadOnlySpan<float> row, QuantizedInt4Weights matrix, ReadOnlyMemory<float> biases, int expert)
    {
        var sums = new float[matrix.OutputWidth];
        var bias = biases.IsEmpty ? default : biases.Span.Slice(expert * matrix.OutputWidth, matrix.OutputWidth);
        ReferenceInt4Product.Run(row, matrix, experts.HasGroupScales, bias, sums);
        return sums;
    }
}
