namespace NativeSparse.Cli.Documents;

/// <summary>Outputs beside those of a file.</summary>
/// <param name="MaxAbs">Largest absolute difference of any element.</param>
/// <param name="MaxRel">Largest difference of an output relative to the largest expected value of that output.</param>
/// <param name="Within">Whether every element differs by at most atol + rtol x |expected|.</param>
internal sealed record CompareFacts(double MaxAbs, double MaxRel, bool Within)
{
    /// <summary>The first element outside the tolerance: output, place, both values and what was allowed; null where there is none.</summary>
    public string? Outside { get; init; }

    /// <summary>Mean cosine of the rows of the first floating output.</summary>
    public double? Cosine { get; init; }

    /// <summary>L2 norm of the difference over that of the expected values, first floating output.</summary>
    public double? RelativeError { get; init; }

    /// <summary>Share of the rows whose largest value is at the same place; null where the output is no logits, scores or probabilities.</summary>
    public double? ArgmaxAgreement { get; init; }
}
