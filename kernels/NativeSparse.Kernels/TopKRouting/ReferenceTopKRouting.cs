namespace NativeSparse.Kernels;

/// <summary>The specification: an expert is chosen when fewer than K others come before it.</summary>
internal sealed unsafe class ReferenceTopKRouting : ITopKRouting
{
    public string Version => ReferenceBackend.VersionName;

    public void Run(in Execution execution, View scores, in RoutingOptions options, in Routing routing)
    {
        RoutingArguments.Check(scores, options, routing);
        for (var t = 0; t < scores.Rows; t++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            var row = new ReadOnlySpan<float>(scores.Row(t), scores.Columns);
            var experts = routing.Experts.RowInt32(t);
            var count = 0;
            for (var e = 0; e < row.Length; e++)
            {
                if (IsChosen(row, e, options))
                {
                    experts[count++] = e;
                }
            }

            routing.Counts.RowInt32(0)[t] = count;
            Weigh(row, new ReadOnlySpan<int>(experts, count), options.Weights, new Span<float>(routing.Weights.Row(t), count));
        }
    }

    private static bool IsChosen(ReadOnlySpan<float> scores, int expert, in RoutingOptions options)
    {
        if (options.Selection == RoutingSelection.Threshold)
        {
            return scores[expert] >= options.Threshold;
        }

        var before = 0;
        for (var e = 0; e < scores.Length; e++)
        {
            // float.CompareTo orders NaN below every number.
            var order = scores[e].CompareTo(scores[expert]);
            before += order > 0 || (order == 0 && e < expert) ? 1 : 0;
        }

        return before < options.K;
    }

    private static void Weigh(ReadOnlySpan<float> scores, ReadOnlySpan<int> chosen, RoutingWeights rule, Span<float> weights)
    {
        if (rule == RoutingWeights.None)
        {
            weights.Fill(1);
            return;
        }

        var highest = double.NegativeInfinity;
        foreach (var score in scores)
        {
            highest = score > highest ? score : highest;
        }

        var sum = 0.0;
        if (rule == RoutingWeights.Softmax)
        {
            foreach (var score in scores)
            {
                sum += Power(score, highest);
            }
        }
        else
        {
            foreach (var e in chosen)
            {
                sum += Power(scores[e], highest);
            }
        }

        for (var i = 0; i < chosen.Length; i++)
        {
            weights[i] = (float)(Power(scores[chosen[i]], highest) / sum);
        }
    }

    /// <summary>e^(score - highest); 0 for NaN, the lowest score.</summary>
    private static double Power(float score, double highest) => float.IsNaN(score) ? 0 : Math.Exp(score - highest);
}
