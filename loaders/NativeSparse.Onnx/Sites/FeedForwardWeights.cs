namespace NativeSparse.Onnx;

/// <summary>The dense float32 weights of one feed-forward network, row-major <c>[in, out]</c> as ONNX MatMul has them.</summary>
/// <remarks>Immutable by convention: whoever receives it does not write into the arrays.</remarks>
public sealed class FeedForwardWeights
{
    /// <summary>Plain or gated.</summary>
    public required FeedForwardKind Kind { get; init; }

    /// <summary>The activation's name in the field's spelling, for example <c>gelu</c> or <c>leaky_relu_0.1</c>.</summary>
    public required string Activation { get; init; }

    /// <summary>D: width of the input.</summary>
    public required int InputWidth { get; init; }

    /// <summary>H: number of hidden neurons.</summary>
    public required int HiddenWidth { get; init; }

    /// <summary>O: width of the output.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>W1, <c>[D, H]</c>.</summary>
    public required float[] Up { get; init; }

    /// <summary>b1, <c>[H]</c>, or null.</summary>
    public float[]? UpBias { get; init; }

    /// <summary>Wg, <c>[D, H]</c>; null for a plain network.</summary>
    public float[]? Gate { get; init; }

    /// <summary>bg, <c>[H]</c>, or null.</summary>
    public float[]? GateBias { get; init; }

    /// <summary>W2, <c>[H, O]</c>.</summary>
    public required float[] Down { get; init; }

    /// <summary>b2, <c>[O]</c>, or null.</summary>
    public float[]? DownBias { get; init; }
}
