namespace NativeSparse.Onnx;

/// <summary>Writes the nodes that change type, layout or shape around a replaced site.</summary>
internal sealed class LayoutWriter(NodeBuilder builder, int outputWidth)
{
    /// <summary>Repeats a movement on a value whose last axis is the network's output.</summary>
    internal string Repeat(MovementPlan movement, string input)
    {
        var inputs = movement.Node.Input.ToList();
        inputs[0] = input;
        if (movement.Node.OpType == "Reshape" && inputs.Count > 1)
        {
            inputs[1] = Target(movement, inputs[1]);
        }

        return builder.Add(movement.Node.OpType, inputs, null, [.. movement.Node.Attribute.Select(a => a.Clone())]);
    }

    /// <summary>A Reshape's target with the width of the network's output in the place of the hidden width.</summary>
    private string Target(MovementPlan movement, string target)
    {
        if (movement.Target is not { Count: > 0 } elements)
        {
            return Ending(target, outputWidth);
        }

        if (elements[^1] is <= 0 || elements[^1] == outputWidth)
        {
            return target;
        }

        return elements.All(e => e is not null)
            ? builder.Integers([.. elements.SkipLast(1).Select(e => e!.Value), outputWidth])
            : Ending(target, outputWidth);
    }

    /// <summary>A shape with another last element.</summary>
    internal string Ending(string shape, long last)
    {
        var leading = builder.Add("Slice", [shape, builder.Integers(0), builder.Integers(-1), builder.Integers(0)]);
        return builder.Add("Concat", [leading, builder.Integers(last)], null, NodeBuilder.Attribute("axis", 0));
    }

    /// <summary>Casts a value.</summary>
    internal string Cast(string value, string type) =>
        builder.Add("Cast", [value], null, NodeBuilder.Attribute("to", (long)ElementTypes.Parse(type)));

    /// <summary>Moves an axis, both counted from the end and one of them the last.</summary>
    internal string Move(string value, int from, int to, int? rank)
    {
        if (from == to)
        {
            return value;
        }

        var depth = -Math.Min(from, to);
        var order = Enumerable.Range(0, depth).ToList();
        var moved = order[depth + from];
        order.RemoveAt(depth + from);
        order.Insert(depth + to, moved);
        if (rank is { } known && known >= depth)
        {
            return builder.Add(
                "Transpose", [value], null,
                NodeBuilder.Attribute("perm", Enumerable.Range(0, known - depth).Select(i => (long)i).Concat(order.Select(o => (long)(known - depth + o)))));
        }

        var letters = string.Concat(Enumerable.Range(0, depth).Select(i => (char)('a' + i)));
        return builder.Add(
            "Einsum", [value], null, NodeBuilder.Attribute("equation", $"...{letters}->...{string.Concat(order.Select(o => letters[o]))}"));
    }
}
