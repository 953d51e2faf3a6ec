namespace NativeSparse.Kernels;

/// <summary>The checks that every routing version makes before it writes anything.</summary>
internal static class RoutingArguments
{
    public static void Check(View scores, in RoutingOptions options, in Routing routing)
    {
        scores.Require(nameof(scores), scores.Rows, scores.Columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scores.Columns, nameof(scores));
        var needed = scores.Columns;
        if (options.Selection == RoutingSelection.TopK)
        {
            if (options.K < 1 || options.K > scores.Columns)
            {
                throw new ShapeMismatchException("K", $"1..{scores.Columns} active experts", $"{options.K}");
            }

            needed = options.K;
        }

        routing.Counts.Require("routing.Counts", 1, scores.Rows, ElementType.Int32);
        if (routing.Experts.Columns < needed)
        {
            throw new ShapeMismatchException("routing", $"room for {needed} experts a token", $"{routing.Experts.Columns}");
        }

        routing.Experts.Require("routing.Experts", scores.Rows, routing.Experts.Columns, ElementType.Int32);
        routing.Weights.Require("routing.Weights", scores.Rows, routing.Experts.Columns);
    }
}
