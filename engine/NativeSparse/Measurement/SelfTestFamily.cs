namespace NativeSparse.Measurement;

/// <summary>The contract cases of one family at one precision.</summary>
public sealed record SelfTestFamily
{
    /// <summary>The kernel family.</summary>
    public required string Family { get; init; }

    /// <summary>How weights are held.</summary>
    public required string Precision { get; init; }

    /// <summary>How many cases ran.</summary>
    public required int Cases { get; init; }

    /// <summary>Largest difference to the specification, relative to its largest value.</summary>
    public required double WorstError { get; init; }

    /// <summary>The cases beyond what the contract allows.</summary>
    public required IReadOnlyList<string> Wrong { get; init; }
}
