namespace NativeSparse.Onnx;

/// <summary>
/// One product with a constant weight, <c>y = x W (+ b)</c>, whatever operator writes it. Axes are counted from the end (-1 is the last), so
/// that they hold for any rank.
/// </summary>
internal sealed class Linear
{
    /// <summary>The node that multiplies.</summary>
    internal required GraphNode Node { get; init; }

    /// <summary>The nodes that make the output (an integer product has several).</summary>
    internal required IReadOnlyList<GraphNode> Nodes { get; init; }

    /// <summary>The nodes that quantize the input for the product; other linears may share them.</summary>
    internal IReadOnlyList<GraphNode> InputNodes { get; init; } = [];

    /// <summary>What it reads.</summary>
    internal required GraphValue Input { get; init; }

    /// <summary>What it writes.</summary>
    internal required GraphValue Output { get; init; }

    /// <summary>The axis of the input that is summed over.</summary>
    internal int InputAxis { get; init; } = -1;

    /// <summary>The axis of the output that holds the features.</summary>
    internal int OutputAxis { get; init; } = -1;

    /// <summary>Rank of input and output where the operator fixes it.</summary>
    internal int? Rank { get; init; }

    /// <summary>Features read.</summary>
    internal required int InputWidth { get; init; }

    /// <summary>Features written.</summary>
    internal required int OutputWidth { get; init; }

    /// <summary>The stored weights, for their name and type.</summary>
    internal required ConstantValue Weight { get; init; }

    /// <summary>Reads <c>[in, out]</c>, scales and factors applied: a new array.</summary>
    internal required Func<TensorReader, float[]> Read { get; init; }

    /// <summary>The bias that the operator itself adds.</summary>
    internal LinearBias? Bias { get; init; }

    /// <summary>Element type of input and output.</summary>
    internal required string ValueType { get; init; }

    /// <summary>Whether the stored weights are integers with scales.</summary>
    internal bool Quantized { get; init; }

    /// <summary>The activation that the operator applies to its output; null for none.</summary>
    internal Func<double, double>? Activation { get; init; }

    /// <summary>Why its weights cannot be used; null when they can.</summary>
    internal string? Refusal { get; init; }

    /// <inheritdoc/>
    public override string ToString() => Node.ToString();
}
