namespace NativeSparse.Kernels;

/// <summary>How tokens choose their experts.</summary>
public readonly record struct RoutingOptions
{
    /// <summary>Which rule.</summary>
    public RoutingSelection Selection { get; init; }

    /// <summary>Active experts per token for <see cref="RoutingSelection.TopK"/>: 1..E.</summary>
    public int K { get; init; }

    /// <summary>Lowest active score for <see cref="RoutingSelection.Threshold"/>.</summary>
    public float Threshold { get; init; }

    /// <summary>How the chosen scores become weights.</summary>
    public RoutingWeights Weights { get; init; }
}
