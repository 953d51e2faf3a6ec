namespace NativeSparse.Onnx;

/// <summary>One linear with constant weights outside the feed-forward sites, or several that read one tensor together (Q, K, V).</summary>
/// <remarks>Belongs to the <see cref="OnnxModel"/> that found it. Not thread-safe.</remarks>
public sealed record LinearSite
{
    private readonly Func<IReadOnlyList<LinearWeights>> _readWeights;

    internal LinearSite(Func<IReadOnlyList<LinearWeights>> readWeights) => _readWeights = readWeights;

    /// <summary>A name unique in the model.</summary>
    public required string Name { get; init; }

    /// <summary>Name of the value it reads.</summary>
    public required string Input { get; init; }

    /// <summary>Width of the input.</summary>
    public required int InputWidth { get; init; }

    /// <summary>Width of each output.</summary>
    public required IReadOnlyList<int> OutputWidths { get; init; }

    /// <summary>Names of the values it writes, in the order of <see cref="OutputWidths"/>.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>Names of the linear nodes, in the order of <see cref="OutputWidths"/>.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>Element type of the stored weights.</summary>
    public required string WeightType { get; init; }

    /// <summary>Element type of the values in the graph around it: float32, float16 or float64.</summary>
    public required string ValueType { get; init; }

    /// <summary>Why no other node can take its place; null when one can.</summary>
    public required string? Obstacle { get; init; }

    /// <summary>True when the stored weights are integers with scales.</summary>
    public required bool Quantized { get; init; }

    /// <summary>Number of weights and biases.</summary>
    public required long Parameters { get; init; }

    /// <summary>What a replacement needs.</summary>
    internal LinearPlacement? Placement { get; init; }

    /// <summary>Reads (and dequantizes) the weights as float32, in the order of <see cref="OutputWidths"/>. A new copy at each call: the caller owns it.</summary>
    /// <exception cref="ModelFormatException">The stored data do not match their declaration.</exception>
    public IReadOnlyList<LinearWeights> ReadWeights() => _readWeights();
}
