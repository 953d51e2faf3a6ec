namespace NativeSparse.Onnx;

/// <summary>The integer arithmetic that exporters write around shapes: elements of a node's first output, unknown ones as null.</summary>
internal static class ShapeArithmetic
{
    /// <summary>Elements of the first output; null when it is not a small integer tensor that is known at least in part.</summary>
    internal static long?[]? Elements(GraphNode node)
    {
        var first = node.Input(0);
        switch (node.Operator)
        {
            case "Shape":
                return SliceShape(node, first?.Shape);
            case "Size":
                return first?.Shape is { } shape && Array.TrueForAll(shape, d => d is not null) ? [Product(shape)] : null;
            case "Identity" or "Cast" or "Unsqueeze" or "Squeeze" or "Reshape" or "Flatten":
                return first?.Elements;
            case "Concat":
                return node.Inputs.Any(i => i?.Elements is null && !Scalarish(i)) ? null
                    : node.Inputs.SelectMany(i => i?.Elements ?? [null]).Take(65).ToArray();
            case "Gather":
                return Gather(first?.Elements, node.Input(1)?.Elements);
            case "Slice":
                return Slice(node, first?.Elements);
            case "Add" or "Sub" or "Mul" or "Div" or "Min" or "Max" or "Mod":
                return node.Inputs.Length == 2 ? Combine(node.Operator, first?.Elements, node.Input(1)?.Elements) : null;
            case "Neg":
                return first?.Elements is { } negated ? Array.ConvertAll(negated, v => -v) : null;
            case "Floor" or "Ceil" or "Trunc":
                return first?.Elements;
            default:
                return null;
        }
    }

    private static bool Scalarish(GraphValue? value) => value?.Shape is [1] or [];

    private static long?[]? SliceShape(GraphNode node, long?[]? shape)
    {
        if (shape is null)
        {
            return null;
        }

        var start = Clamp(node.Integer("start", 0), shape.Length);
        var end = Clamp(node.Integer("end", shape.Length), shape.Length);
        return start < end ? shape[start..end] : [];
    }

    private static int Clamp(long index, int length) => (int)Math.Clamp(index < 0 ? index + length : index, 0, length);

    private static long? Product(long?[] values)
    {
        long? product = 1;
        foreach (var value in values)
        {
            product = unchecked(product * value);
        }

        return product;
    }

    private static long?[]? Gather(long?[]? data, long?[]? indices)
    {
        if (data is null || indices is null)
        {
            return null;
        }

        return Array.ConvertAll(indices, i => i is { } index && ShapeRules.Axis(index, data.Length) is { } at ? data[at] : null);
    }

    private static long?[]? Slice(GraphNode node, long?[]? data)
    {
        var starts = node.Integers("starts") ?? Known(node.Input(1));
        var ends = node.Integers("ends") ?? Known(node.Input(2));
        if (data is null || starts is not { Count: 1 } || ends is not { Count: 1 } || (node.Input(4) is { } step && step.Elements is not [1]))
        {
            return null;
        }

        var start = Clamp(starts[0], data.Length);
        var end = Clamp(ends[0], data.Length);
        return start < end ? data[start..end] : [];
    }

    private static List<long>? Known(GraphValue? value) =>
        value?.Elements is { } elements && Array.TrueForAll(elements, e => e is not null) ? elements.Select(e => e!.Value).ToList() : null;

    private static long?[]? Combine(string operation, long?[]? left, long?[]? right)
    {
        if (left is null || right is null || (left.Length != right.Length && left.Length != 1 && right.Length != 1))
        {
            return null;
        }

        var result = new long?[left.Length == 1 ? right.Length : left.Length];
        for (var i = 0; i < result.Length; i++)
        {
            if (left[left.Length == 1 ? 0 : i] is { } a && right[right.Length == 1 ? 0 : i] is { } b)
            {
                result[i] = operation switch
                {
                    "Add" => unchecked(a + b),
                    "Sub" => unchecked(a - b),
                    "Mul" => unchecked(a * b),
                    "Div" => b is 0 or -1 ? null : a / b,
                    "Mod" => b is 0 or -1 ? null : a % b,
                    "Min" => Math.Min(a, b),
                    _ => Math.Max(a, b),
                };
            }
        }

        return result;
    }
}
