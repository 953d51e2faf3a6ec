namespace NativeSparse.Onnx;

/// <summary>
/// Features that a Reshape lays out on two axes, <c>[..., outer * inner]</c> to <c>[..., outer, inner]</c>, so that gate and up can be taken
/// apart by an index on one of them (interleaved or stacked).
/// </summary>
internal static class FeatureSplit
{
    /// <summary>The value after a Reshape that splits the features and keeps the other dimensions; null when it does something else.</summary>
    internal static RegionValue? OfReshape(GraphNode node, RegionValue value)
    {
        var before = node.Input(0)?.Shape;
        var after = node.Output(0)?.Shape;
        if (node.Operator != "Reshape" || value.Leaf is null || value.Axis != -1 || value.Inner != 0
            || before is not { Length: > 1 } || after?.Length != before.Length + 1
            || after[^1] is not { } inner || after[^2] is not { } outer || inner < 1 || outer < 1 || inner > value.Width || outer * inner != value.Width)
        {
            return null;
        }

        for (var i = 0; i < before.Length - 1; i++)
        {
            if (before[i] is { } a && after[i] is { } b && a != b)
            {
                return null;
            }
        }

        return value with { Inner = inner };
    }

    /// <summary>What Gather, Split and Slice take of split features: one index of one of the two axes.</summary>
    internal static IEnumerable<(GraphValue Output, RegionValue Value)> Parts(GraphNode node, RegionValue value)
    {
        var outer = value.Width / value.Inner;
        if (node.Operator == "Gather")
        {
            if (node.Input(1) is { Shape.Length: 0, Elements: [{ } index] } && node.Output(0) is { } output && Place(node, node.Integer("axis", 0)) is { } axis
                && Part(value, axis, index < 0 ? index + (axis == -1 ? value.Inner : outer) : index) is { } part)
            {
                yield return (output, part with { Inner = 0 });
            }

            yield break;
        }

        foreach (var (axis, width) in new[] { (-1, value.Inner), (-2, outer) })
        {
            foreach (var (output, start, _, count) in ColumnRanges.Of(node, axis, width))
            {
                if (count == 1 && Part(value, axis, start) is { } part)
                {
                    yield return (output, part with { Inner = axis == -1 ? 1 : part.Width });
                }
            }
        }
    }

    /// <summary>The value after the axis of length one that <see cref="Parts"/> left is squeezed; null when another axis is.</summary>
    internal static RegionValue? Squeezed(GraphNode node, RegionValue value)
    {
        var axes = node.Integers("axes") ?? node.Input(1)?.Elements?.Select(e => e ?? long.MinValue).ToArray();
        return node.Operator == "Squeeze" && axes is { Count: 1 } && Place(node, axes[0]) is { } axis
            && (axis == -1 ? value.Inner == 1 : axis == -2 && value.Inner == value.Width)
            ? value with { Inner = 0 }
            : null;
    }

    private static int? Place(GraphNode node, long axis) =>
        axis < 0 ? (int)Math.Max(axis, -16) : node.Input(0)?.Rank is { } rank && axis < rank ? (int)(axis - rank) : null;

    private static RegionValue? Part(RegionValue value, int axis, long index)
    {
        var outer = value.Width / value.Inner;
        var leaf = axis switch
        {
            -1 when index < value.Inner => value.Leaf?.Columns(index, value.Inner, outer),
            -2 when index < outer => value.Leaf?.Columns(index * value.Inner, 1, value.Inner),
            _ => null,
        };
        return leaf is null ? null : value with { Leaf = leaf, Width = leaf.Count };
    }
}
