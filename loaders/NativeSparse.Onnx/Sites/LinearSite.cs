namespace NativeSparse.Onnx;

/// <summary>One linear with constant weights outside the feed-forward sites, or several that read one tensor together (Q, K, V).</summary>
public sealed record LinearSite
{
    /// <summary>A name unique in the model.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the value it reads.</summary>
    public required string Input { get; init; }

    /// <summary>Width of the input.</summary>
    public required int InputWidth { get; init; }

    /// <summary>Width of each output.</summary>
    public required IReadOnlyList<int> OutputWidths { get; init; }

    /// <summary>Names of the linear nodes, in the order of <see cref="OutputWidths"/>.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>Element type of the stored weights.</summary>
    public required string WeightType { get; init; }

    /// <summary>True when the stored weights are integers with scales.</summary>
    public required bool Quantized { get; init; }

    /// <summary>Number of weights and biases.</summary>
    public required long Parameters { get; init; }
}
