namespace NativeSparse.Onnx;

/// <summary>What follows the second linear and still belongs to the network: its bias, and the movements before it.</summary>
internal sealed class DownTail
{
    private const int LongestTail = 8;

    private DownTail(GraphValue output, int axis, IReadOnlyList<GraphNode> nodes, IReadOnlyList<GraphNode> movements, LinearBias? bias, bool quantized)
    {
        Output = output;
        Axis = axis;
        Nodes = nodes;
        Movements = movements;
        Bias = bias;
        Quantized = quantized;
    }

    /// <summary>What the network writes.</summary>
    internal GraphValue Output { get; }

    /// <summary>The axis of its features.</summary>
    internal int Axis { get; }

    /// <summary>The nodes after the linear, up to the bias.</summary>
    internal IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>Those of them that move data.</summary>
    internal IReadOnlyList<GraphNode> Movements { get; }

    /// <summary>The bias found after the linear.</summary>
    internal LinearBias? Bias { get; }

    /// <summary>Whether a quantize/dequantize pair lies before the bias.</summary>
    internal bool Quantized { get; }

    /// <summary>Follows the output of a linear to its bias; without one the network ends at the linear.</summary>
    internal static DownTail Follow(Linear down, LinearTable linears)
    {
        var end = new DownTail(down.Output, down.OutputAxis, [], [], null, false);
        if (down.Bias is not null)
        {
            return end;
        }

        var nodes = new List<GraphNode>();
        var value = down.Output;
        var axis = down.OutputAxis;
        while (nodes.Count < LongestTail && !value.IsGraphOutput && OnlyReader(value) is { } node
            && ReferenceEquals(node.Scope, down.Output.Producer?.Scope) && node.Output(0) is { } output)
        {
            nodes.Add(node);
            if (node.Operator == "Add" && node.Inputs.Length == 2)
            {
                var constant = node.Inputs[ReferenceEquals(node.Inputs[0], value) ? 1 : 0] is { } other ? linears.Constant(other) : null;
                return constant is not null && LinearBias.Fits(constant, axis, down.OutputWidth, value.Rank)
                    ? new DownTail(
                        output, axis, nodes, nodes.Where(FeatureAxis.IsMovement).ToList(), new LinearBias(constant), nodes.Exists(Quantization.IsHalf))
                    : end;
            }

            if (FeatureAxis.IsMovement(node))
            {
                if (FeatureAxis.After(node, axis, down.OutputWidth) is not { } moved)
                {
                    return end;
                }

                axis = moved;
            }
            else if (!FeatureAxis.IsPass(node) && (!Quantization.IsHalf(node) || Quantization.ClipsBelowZero(node)))
            {
                return end;
            }

            value = output;
        }

        return end;
    }

    private static GraphNode? OnlyReader(GraphValue value)
    {
        var readers = value.Consumers.Where(c => !ShapeReaders.Contains(c)).Take(2).ToList();
        return readers.Count == 1 && readers[0].Inputs.Take(2).Contains(value) ? readers[0] : null;
    }
}
