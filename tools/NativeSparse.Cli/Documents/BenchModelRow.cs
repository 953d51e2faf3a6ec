namespace NativeSparse.Cli.Documents;

/// <summary>One runner on one input shape. Quality is against ONNX Runtime on the dense file and the same inputs.</summary>
internal sealed record BenchModelRow
{
    /// <summary>
    /// <c>nativesparse</c>, or <c>onnxruntime</c> with how the file holds its networks: <c>onnxruntime float32</c>,
    /// <c>onnxruntime int8</c> for a quantized file, <c>onnxruntime dynamic int8 per channel</c> and <c>per tensor</c> for what its tools make of one that is not.
    /// </summary>
    public required string Name { get; init; }

    /// <summary>The model file.</summary>
    public required string File { get; init; }

    /// <summary>Form of the sites: <c>dense</c>, <c>experts</c>, several joined by a plus sign; null in ONNX Runtime.</summary>
    public required string? Form { get; init; }

    /// <summary>How the sites' matrices are held, several joined by a plus sign; null in ONNX Runtime.</summary>
    public required string? Precision { get; init; }

    /// <summary>Batch and sequence size, or the shape of the first input when it came from a file.</summary>
    public required string Shape { get; init; }

    /// <summary>Median time of a run.</summary>
    public required double Milliseconds { get; init; }

    /// <summary>ONNX Runtime's time over this one, median of pairs; null without a dense file.</summary>
    public required double? RatioToOnnxRuntime { get; init; }

    /// <summary>Lower end of the ratio's 95 % confidence interval.</summary>
    public required double? RatioLower { get; init; }

    /// <summary>Upper end of the ratio's 95 % confidence interval.</summary>
    public required double? RatioUpper { get; init; }

    /// <summary>The time of ONNX Runtime's dynamic int8, a scale for each output's weights, over this one, median of pairs; null where it is not run.</summary>
    public required double? RatioToOnnxRuntimeInt8 { get; init; }

    /// <summary>Lower end of that ratio's 95 % confidence interval.</summary>
    public required double? RatioToOnnxRuntimeInt8Lower { get; init; }

    /// <summary>Upper end of that ratio's 95 % confidence interval.</summary>
    public required double? RatioToOnnxRuntimeInt8Upper { get; init; }

    /// <summary>Mean cosine of the rows of the first floating output.</summary>
    public required double? Cosine { get; init; }

    /// <summary>5th percentile of that cosine.</summary>
    public required double? CosineP5 { get; init; }

    /// <summary>Mean divergence of the next-token distributions, nats; null where the output is no <c>logits</c>.</summary>
    public required double? Kl { get; init; }

    /// <summary>Perplexity over that of the dense file in ONNX Runtime; null without tokens from a file.</summary>
    public required double? PerplexityRatio { get; init; }

    /// <summary>Share of the rows whose largest value is at the same place; null where the output is no logits, scores or probabilities.</summary>
    public required double? ArgmaxAgreement { get; init; }

    /// <summary>L2 norm of the difference over that of the dense file's values, first floating output.</summary>
    public required double? RelativeError { get; init; }

    /// <summary>Largest absolute difference in that output.</summary>
    public required double? MaxAbs { get; init; }

    /// <summary>Bytes of the file and its external data.</summary>
    public required long FileBytes { get; init; }

    /// <summary>Bytes of weights that our forms hold; null in ONNX Runtime.</summary>
    public required long? ResidentBytes { get; init; }

    /// <summary>Mean share of the hidden neurons that run for a token.</summary>
    public required double ActiveShare { get; init; }
}
