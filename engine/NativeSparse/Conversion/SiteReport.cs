namespace NativeSparse.Conversion;

/// <summary>What happened to one site. Errors are relative L2 errors of its output on held-out tokens, against the dense site.</summary>
public sealed record SiteReport
{
    /// <summary>The site's name.</summary>
    public required string Name { get; init; }

    /// <summary>Its new form.</summary>
    public required string Form { get; init; }

    /// <summary>How its matrices are held.</summary>
    public required string Precision { get; init; }

    /// <summary>Which converter made it.</summary>
    public required string Converter { get; init; }

    /// <summary>Bytes of its weights.</summary>
    public long Bytes { get; init; }

    /// <summary>Measured share of the hidden neurons that run for a token, on held-out tokens.</summary>
    public double ActiveShare { get; init; } = 1;

    /// <summary>Share of the dense multiply-adds, router included.</summary>
    public double CostShare { get; init; } = 1;

    /// <summary>Error of the chosen method.</summary>
    public double? Error { get; init; }

    /// <summary>Error of the same split with the best experts per token by centred contribution, without re-fit.</summary>
    public double? CentredOracleError { get; init; }

    /// <summary>Error of random splits (same router method), 5 seeds.</summary>
    public Spread? RandomSplitError { get; init; }

    /// <summary>Error of random routers on the same split, 5 seeds.</summary>
    public Spread? RandomRouterError { get; init; }

    /// <summary>Share of the tokens' chosen experts that the converter's own labels chose too, where it has labels.</summary>
    public double? LabelAgreement { get; init; }

    /// <summary>Remarks worth reading.</summary>
    public IReadOnlyList<string> Notes { get; init; } = [];
}
