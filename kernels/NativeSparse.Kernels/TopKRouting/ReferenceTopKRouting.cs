namespace NativeSparse.Kernels;

/// <summary>The specification: an expert is chosen when fewer than K others come before it.</summary>
internal sealed unsafe class ReferenceTopKRouting : ITopKRouting
{
    public string Version => ReferenceBackend.VersionName;

    public void Run(in Execution execution, View scores, in RoutingOptions options, in Routing routing)
    {
        RoutingArguments.Check(scores, options, routing);
        using var scope = execution.Scratch.Enter();
        var compared = new Span<float>(execution.Scratch.Rent(1, scores.Columns).Row(0), scores.Columns);
        var ranks = new Span<int>(execution.Scratch.RentInt32(1, scores.Columns).RowInt32(0), scores.Columns);
        for (var t = 0; t < scores.Rows; t++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            var row = new ReadOnlySpan<float>(scores.Row(t), scores.Columns);
            if (RoutingChoice.IsPlain(options))
            {
                row.CopyTo(compared);
            }
            else
            {
                fixed (float* choice = compared)
                {
                    RoutingChoice.Fill(scores.Row(t), scores.Columns, options, choice);
                }
            }

            for (var e = 0; e < row.Length; e++)
            {
                ranks[e] = Before(compared, e);
            }

            var experts = routing.Experts.RowInt32(t);
            var count = 0;
            for (var e = 0; e < row.Length; e++)
            {
                if (IsChosen(compared, ranks, e, options))
                {
                    experts[count++] = e;
                }
            }

            routing.Counts.RowInt32(0)[t] = count;
            if (RoutingScalarWeights.Has(options.Weights))
            {
                RoutingScalarWeights.Weigh(scores.Row(t), experts, count, options.Weights, routing.Weights.Row(t));
            }
            else
            {
                Weigh(row, new ReadOnlySpan<int>(experts, count), options.Weights, new Span<float>(routing.Weights.Row(t), count));
            }
        }

        if (RoutingCapacity.IsNeeded(options, routing))
        {
            RoutingCapacity.Apply(execution, scores.Columns, options, routing);
        }
    }

    private static bool IsChosen(ReadOnlySpan<float> scores, ReadOnlySpan<int> ranks, int expert, in RoutingOptions options) => options.Selection switch
    {
        RoutingSelection.Threshold => scores[expert] >= options.Threshold,
        RoutingSelection.TopK => ranks[expert] < options.K,
        _ => ranks[expert] == 0 || ((options.K == 0 || ranks[expert] < options.K) && !IsEnoughBefore(scores, ranks, ranks[expert], options.Mass)),
    };

    /// <summary>How many experts come before this one.</summary>
    private static int Before(ReadOnlySpan<float> scores, int expert)
    {
        var before = 0;
        for (var e = 0; e < scores.Length; e++)
        {
            // float.CompareTo orders NaN below every number.
            var order = scores[e].CompareTo(scores[expert]);
            before += order > 0 || (order == 0 && e < expert) ? 1 : 0;
        }

        return before;
    }

    /// <summary>Whether the first experts in order have the mass.</summary>
    private static bool IsEnoughBefore(ReadOnlySpan<float> scores, ReadOnlySpan<int> ranks, int count, float mass)
    {
        var highest = double.NegativeInfinity;
        foreach (var score in scores)
        {
            highest = score > highest ? score : highest;
        }

        var (sum, reached) = (0.0, 0.0);
        foreach (var score in scores)
        {
            sum += RoutingTopP.Power(score, highest);
        }

        for (var rank = 0; rank < count; rank++)
        {
            reached += RoutingTopP.Power(scores[ranks.IndexOf(rank)], highest);
        }

        return !(reached < mass * sum);
    }

    private static void Weigh(ReadOnlySpan<float> scores, ReadOnlySpan<int> chosen, RoutingWeights rule, Span<float> weights)
    {
        var isOverAll = rule == RoutingWeights.Softmax;
        var length = isOverAll ? scores.Length : chosen.Length;
        var (highest, sum) = (double.NegativeInfinity, 0.0);
        for (var i = 0; i < length; i++)
        {
            var score = scores[isOverAll ? i : chosen[i]];
            highest = score > highest ? score : highest;
        }

        for (var i = 0; i < length; i++)
        {
            sum += RoutingTopP.Power(scores[isOverAll ? i : chosen[i]], highest);
        }

        for (var i = 0; i < chosen.Length; i++)
        {
            weights[i] = (float)(RoutingTopP.Power(scores[chosen[i]], highest) / sum);
        }
    }
}
