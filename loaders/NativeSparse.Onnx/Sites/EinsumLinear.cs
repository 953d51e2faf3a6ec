namespace NativeSparse.Onnx;

/// <summary>Einsum with one constant matrix: <c>bsd,dh-&gt;bsh</c>, <c>...i,oi-&gt;...o</c>.</summary>
internal static class EinsumLinear
{
    /// <summary>The linear; null when the equation is another product.</summary>
    internal static Linear? Read(GraphNode node)
    {
        var equation = node.Text("equation", "").Replace(" ", "", StringComparison.Ordinal).Replace("...", ".", StringComparison.Ordinal);
        var sides = equation.Split("->");
        if (sides.Length != 2 || sides[0].Split(',') is not [var left, var right] || node.Output(0) is not { } output)
        {
            return null;
        }

        return Read(node, output, node.Input(0), left, node.Input(1), right, sides[1])
            ?? Read(node, output, node.Input(1), right, node.Input(0), left, sides[1]);
    }

    private static Linear? Read(GraphNode node, GraphValue output, GraphValue? input, string x, GraphValue? constant, string w, string y)
    {
        if (input is null || w.Length != 2 || w[0] == w[1] || w.Contains('.', StringComparison.Ordinal)
            || ConstantValue.Resolve(input) is not null || ConstantValue.Resolve(constant) is not { Shape.Length: 2 } weight
            || x.Distinct().Count() != x.Length || !LinearReader.Matrix(weight, null, out var rows, out var columns))
        {
            return null;
        }

        var transposed = x.Contains(w[1], StringComparison.Ordinal);
        var (summed, made) = transposed ? (w[1], w[0]) : (w[0], w[1]);
        var from = x.IndexOf(summed, StringComparison.Ordinal);
        var to = y.IndexOf(made, StringComparison.Ordinal);
        if (from < 0 || to < 0 || x.Contains(made, StringComparison.Ordinal) || y.Contains(summed, StringComparison.Ordinal)
            || x.IndexOf('.', StringComparison.Ordinal) > from || y.IndexOf('.', StringComparison.Ordinal) > to
            || x.Remove(from, 1) != y.Remove(to, 1))
        {
            return null;
        }

        var (inputWidth, outputWidth) = transposed ? (columns, rows) : (rows, columns);
        return new Linear
        {
            Node = node,
            Nodes = [node],
            Input = input,
            Output = output,
            InputAxis = from - x.Length,
            OutputAxis = to - y.Length,
            Rank = x.Contains('.', StringComparison.Ordinal) ? null : x.Length,
            InputWidth = inputWidth,
            OutputWidth = outputWidth,
            Weight = weight,
            Read = tensors => LinearReader.ReadMatrix(weight, tensors, inputWidth, outputWidth, transposed, 1),
            ValueType = weight.ValueType,
            Quantized = weight.Quantized,
        };
    }
}
