namespace NativeSparse.Onnx;

/// <summary>The float32 weights of one linear, <c>y = x W + b</c>, row-major <c>[in, out]</c> as ONNX MatMul has them.</summary>
/// <remarks>Immutable by convention: whoever receives it does not write into the arrays.</remarks>
public sealed class LinearWeights
{
    /// <summary>Width of the input.</summary>
    public required int InputWidth { get; init; }

    /// <summary>Width of the output.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>W, <c>[in, out]</c>.</summary>
    public required float[] Weight { get; init; }

    /// <summary>b, <c>[out]</c>, or null.</summary>
    public float[]? Bias { get; init; }
}
