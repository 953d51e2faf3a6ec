namespace NativeSparse.Kernels;

/// <summary>How tokens choose their experts.</summary>
public readonly record struct RoutingOptions
{
    /// <summary>Which rule.</summary>
    public RoutingSelection Selection { get; init; }

    /// <summary>Active experts per token for <see cref="RoutingSelection.TopK"/>: 1..E; most of them for <see cref="RoutingSelection.TopP"/>, 0 being no limit.</summary>
    public int K { get; init; }

    /// <summary>Lowest active score for <see cref="RoutingSelection.Threshold"/>.</summary>
    public float Threshold { get; init; }

    /// <summary>The share of the softmax, 0 to 1, that the chosen experts reach for <see cref="RoutingSelection.TopP"/>.</summary>
    public float Mass { get; init; }

    /// <summary>What is compared.</summary>
    public RoutingScore Score { get; init; }

    /// <summary><c>[1, E]</c>: added to what is compared, not to weights; or empty.</summary>
    public View Bias { get; init; }

    /// <summary>Groups of E / Groups neighbouring experts; 0 or 1: no groups.</summary>
    public int Groups { get; init; }

    /// <summary>Groups that a token may choose from, the best ones, ties to the lower index.</summary>
    public int ActiveGroups { get; init; }

    /// <summary>How groups are judged.</summary>
    public RoutingGroupScore GroupScore { get; init; }

    /// <summary>How the chosen scores become weights.</summary>
    public RoutingWeights Weights { get; init; }

    /// <summary>Tokens of one sequence that an expert takes, in the order of the tokens; 0: no limit. A token's result then depends on those before it.</summary>
    public int Capacity { get; init; }

    /// <summary>Tokens of one sequence for <see cref="Capacity"/>; 0: all tokens of the run are one sequence.</summary>
    public int SequenceLength { get; init; }

    /// <summary>What a token gets for experts that were full.</summary>
    public RoutingDrop Drop { get; init; }
}
