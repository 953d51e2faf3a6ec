namespace NativeSparse.Kernels;

/// <summary>The checks that every routing version makes before it writes anything.</summary>
internal static class RoutingArguments
{
    public static void Check(View scores, in RoutingOptions options, in Routing routing)
    {
        scores.Require(nameof(scores), scores.Rows, scores.Columns);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(scores.Columns, nameof(scores));
        var experts = scores.Columns;
        CheckOptions(experts, options);
        var needed = options.Selection switch
        {
            RoutingSelection.TopK => options.K,
            RoutingSelection.TopP when options.K > 0 => options.K,
            _ => experts,
        };
        routing.Counts.Require("routing.Counts", 1, scores.Rows, ElementType.Int32);
        if (routing.Experts.Columns < needed)
        {
            throw new ShapeMismatchException("routing", $"room for {needed} experts a token", $"{routing.Experts.Columns}");
        }

        routing.Experts.Require("routing.Experts", scores.Rows, routing.Experts.Columns, ElementType.Int32);
        routing.Weights.Require("routing.Weights", scores.Rows, routing.Experts.Columns);
        if (!routing.Passed.IsEmpty || (options.Capacity > 0 && options.Drop != RoutingDrop.Zero))
        {
            routing.Passed.Require("routing.Passed", 1, scores.Rows);
        }

        if (!routing.Load.IsEmpty)
        {
            routing.Load.Require("routing.Load", 2, experts, ElementType.Int32);
        }
    }

    private static void CheckOptions(int experts, in RoutingOptions options)
    {
        var isOutside = options.Selection switch
        {
            RoutingSelection.TopK => options.K < 1 || options.K > experts,
            RoutingSelection.TopP => options.K < 0 || options.K > experts,
            _ => false,
        };
        if (isOutside)
        {
            throw new ShapeMismatchException("K", $"1..{experts} active experts", $"{options.K}");
        }

        if (options is { Selection: RoutingSelection.TopP, Mass: not (> 0 and <= 1) })
        {
            throw new ShapeMismatchException("Mass", "above 0, at most 1", $"{options.Mass}");
        }

        if (options is { Capacity: < 0 } or { SequenceLength: < 0 } or { Groups: < 0 })
        {
            throw new ShapeMismatchException(
                "Capacity, SequenceLength, Groups", "at least 0", $"{options.Capacity}, {options.SequenceLength}, {options.Groups}");
        }

        if (!options.Bias.IsEmpty)
        {
            options.Bias.Require("Bias", 1, experts);
        }

        if (options.Groups > 1)
        {
            CheckGroups(experts, options);
        }
    }

    private static void CheckGroups(int experts, in RoutingOptions options)
    {
        var least = options.GroupScore == RoutingGroupScore.TwoHighest ? 2 : 1;
        if (experts % options.Groups != 0 || experts / options.Groups < least)
        {
            throw new ShapeMismatchException("Groups", $"groups of {least} or more of {experts} experts", $"{options.Groups}");
        }

        if (options.ActiveGroups < 1 || options.ActiveGroups > options.Groups)
        {
            throw new ShapeMismatchException("ActiveGroups", $"1..{options.Groups}", $"{options.ActiveGroups}");
        }

        var open = experts / options.Groups * options.ActiveGroups;
        if (options.Selection == RoutingSelection.TopK && options.K > open)
        {
            throw new ShapeMismatchException("K", $"1..{open} experts of the active groups", $"{options.K}");
        }
    }
}
