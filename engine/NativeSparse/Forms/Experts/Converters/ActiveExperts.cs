using NativeSparse.Kernels;
using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>Which experts run for which token, chosen by the same routing kernel as at run time.</summary>
internal static class ActiveExperts
{
    /// <summary>The sets that scores choose, <c>[N, E]</c>, row by row.</summary>
    public static unsafe bool[] Choose(MatrixProducts products, float[] scores, int experts, RoutingSelection selection, int k, float threshold)
    {
        var tokens = scores.Length / experts;
        var active = new bool[scores.Length];
        if (tokens == 0)
        {
            return active;
        }

        var execution = products.Execution;
        using var scope = execution.Scratch.Enter();
        var capacity = selection == RoutingSelection.TopK ? k : experts;
        var routing = Routing.Rent(execution.Scratch, tokens, capacity);
        fixed (float* from = scores)
        {
            var options = new RoutingOptions { Selection = selection, K = k, Threshold = threshold, Weights = RoutingWeights.None };
            products.Backend.Routing.Run(execution, View.Create((nint)from, tokens, experts), options, routing);
        }

        var counts = (int*)routing.Counts.Address;
        for (var t = 0; t < tokens; t++)
        {
            var chosen = (int*)routing.Experts.Address + ((nint)t * routing.Experts.Stride);
            for (var i = 0; i < counts[t]; i++)
            {
                active[(t * experts) + chosen[i]] = true;
            }
        }

        return active;
    }

    /// <summary>The lowest score such that a share of all scores reaches it: the (1 - budget) quantile.</summary>
    public static float Threshold(float[] scores, double budget) => OrderStatistics.Quantile([.. scores], 1 - budget);
}
