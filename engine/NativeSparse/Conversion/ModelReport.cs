using System.Text.Json.Serialization;

namespace NativeSparse.Conversion;

/// <summary>The converted model's outputs beside the dense model's, on held-out inputs.</summary>
public sealed record ModelReport
{
    /// <summary>
    /// Whether the inputs were made up from the model's signature, as none were given: the figures then show that the converted model runs and
    /// is near the dense one, not how good it is on data.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public bool OnMadeUpInputs { get; init; }

    /// <summary>Name of the metric in <see cref="Dense"/> and <see cref="Converted"/>, or null.</summary>
    public string? Metric { get; init; }

    /// <summary>The dense model's metric.</summary>
    public double? Dense { get; init; }

    /// <summary>The converted model's metric.</summary>
    public double? Converted { get; init; }

    /// <summary>Perplexity of the converted model over the dense one's, for language models.</summary>
    public double? PerplexityRatio { get; init; }

    /// <summary>Mean cosine between output rows of both models (last axis, first floating output).</summary>
    public double? Cosine { get; init; }

    /// <summary>5th percentile of that cosine.</summary>
    public double? CosineP5 { get; init; }

    /// <summary>Largest absolute difference of any output value.</summary>
    public double? MaxAbs { get; init; }

    /// <summary>L2 norm of the difference over the L2 norm of the dense model's values (first floating output).</summary>
    public double? RelativeError { get; init; }

    /// <summary>Share of the output rows whose largest value is at the same place (top-1 agreement); null where the output is no logits, scores or probabilities by its name.</summary>
    public double? ArgmaxAgreement { get; init; }
}
