namespace NativeSparse.Onnx;

/// <summary>The place of one dense feed-forward network in a loaded graph.</summary>
/// <remarks>Belongs to the <see cref="OnnxModel"/> that found it. Not thread-safe.</remarks>
public sealed class FeedForwardSite
{
    private readonly Func<FeedForwardWeights> _readWeights;

    internal FeedForwardSite(Func<FeedForwardWeights> readWeights) => _readWeights = readWeights;

    /// <summary>A name unique in the model, made from the names of the nodes: <c>/encoder/layer.0/ffn</c>.</summary>
    public required string Name { get; init; }

    /// <summary>Plain or gated.</summary>
    public required FeedForwardKind Kind { get; init; }

    /// <summary>D.</summary>
    public required int InputWidth { get; init; }

    /// <summary>H.</summary>
    public required int HiddenWidth { get; init; }

    /// <summary>O.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>The activation's name.</summary>
    public required string Activation { get; init; }

    /// <summary>Element type of the stored weights: float32, float16, bfloat16, float64, int8, uint8, int4, uint4.</summary>
    public required string WeightType { get; init; }

    /// <summary>Element type of the values in the graph around the site: float32, float16 or float64.</summary>
    public required string ValueType { get; init; }

    /// <summary>True when the stored weights are integers with scales; <see cref="ReadWeights"/> dequantizes them.</summary>
    public required bool Quantized { get; init; }

    /// <summary>Whether W1 has a bias.</summary>
    public required bool HasUpBias { get; init; }

    /// <summary>Whether Wg has a bias.</summary>
    public required bool HasGateBias { get; init; }

    /// <summary>Whether W2's bias belongs to the site (false also where it is an input of a fused normalization that follows).</summary>
    public required bool HasDownBias { get; init; }

    /// <summary>Name of the value the network reads.</summary>
    public required string Input { get; init; }

    /// <summary>Name of the value the network writes.</summary>
    public required string Output { get; init; }

    /// <summary>Names (or outputs, where a node has no name) of the nodes that a replacement removes.</summary>
    public required IReadOnlyList<string> Nodes { get; init; }

    /// <summary>What a replacement needs.</summary>
    internal SitePlacement? Placement { get; init; }

    /// <summary>Number of weights and biases.</summary>
    public long Parameters =>
        ((Kind == FeedForwardKind.Gated ? 2L : 1L) * InputWidth * HiddenWidth) + ((long)HiddenWidth * OutputWidth)
        + (HasUpBias ? HiddenWidth : 0) + (HasGateBias ? HiddenWidth : 0) + (HasDownBias ? OutputWidth : 0);

    /// <summary>Reads (and dequantizes) the weights as float32. A new copy at each call: the caller owns it.</summary>
    /// <exception cref="ModelFormatException">The stored data do not match their declaration.</exception>
    public FeedForwardWeights ReadWeights() => _readWeights();
}
