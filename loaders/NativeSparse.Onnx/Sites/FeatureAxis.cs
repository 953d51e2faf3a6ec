namespace NativeSparse.Onnx;

/// <summary>Follows the axis that holds the features (counted from the end) through nodes that move data without changing it.</summary>
internal static class FeatureAxis
{
    /// <summary>Whether a node only moves data.</summary>
    internal static bool IsMovement(GraphNode node) => node.Operator is "Reshape" or "Transpose" or "Flatten" or "Squeeze" or "Unsqueeze";

    /// <summary>Whether a node passes its first input on unchanged.</summary>
    internal static bool IsPass(GraphNode node) =>
        node.Operator is "Identity" or "Dropout"
        || (node.Operator == "Cast" && ElementTypes.Name((int)node.Integer("to", 0)) is "float32" or "float16" or "bfloat16" or "float64")
        || (node.Operator == "CastLike" && ConstantValue.Resolve(node.Input(1)) is null or { IsFloating: true });

    /// <summary>The axis after a movement; null when the features do not stay one whole axis, or when that cannot be known.</summary>
    internal static int? After(GraphNode node, int axis, long width)
    {
        var before = node.Input(0)?.Shape;
        var after = node.Output(0)?.Shape;
        switch (node.Operator)
        {
            case "Transpose":
                var permutation = node.Integers("perm");
                var rank = permutation?.Count ?? before?.Length ?? 0;
                var place = rank + axis;
                if (place < 0)
                {
                    return null;
                }

                for (var i = 0; i < rank; i++)
                {
                    if ((permutation?[i] ?? rank - 1 - i) == place)
                    {
                        return i - rank;
                    }
                }

                return null;
            case "Reshape" or "Flatten":
                return axis == -1 && (after is null || (after.Length > 1 && after[^1] is null) || (after.Length > 0 && after[^1] == width))
                    && (node.Operator == "Reshape" || before?.Length == 2 || node.Integer("axis", 1) == (before?.Length ?? 0) - 1 || node.Integer("axis", 1) == -1)
                    ? -1
                    : null;
            default:
                return Squeezed(node, before, after, axis);
        }
    }

    private static int? Squeezed(GraphNode node, long?[]? before, long?[]? after, int axis)
    {
        var axes = node.Integers("axes") ?? node.Input(1)?.Elements?.Select(e => e ?? long.MinValue).ToArray();
        if (before is null || after is null || axes is null)
        {
            return null;
        }

        var larger = node.Operator == "Squeeze" ? before.Length : after.Length;
        var touched = axes.Select(a => ShapeRules.Axis(a, larger) ?? -1).ToHashSet();
        var kept = Enumerable.Range(0, larger).Where(i => !touched.Contains(i)).ToList();
        if (node.Operator == "Squeeze")
        {
            var place = kept.IndexOf(before.Length + axis);
            return place < 0 ? null : place - kept.Count;
        }

        var from = before.Length + axis;
        return from >= 0 && from < kept.Count ? kept[from] - after.Length : null;
    }
}
