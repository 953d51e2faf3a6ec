namespace NativeSparse.Cli.Documents;

/// <summary>One linear outside the feed-forward sites, or several that read one tensor together.</summary>
internal sealed record LinearFacts
{
    /// <summary>The name of the group.</summary>
    public required string Name { get; init; }

    /// <summary>Width of the input.</summary>
    public required int InputWidth { get; init; }

    /// <summary>Width of each output.</summary>
    public required IReadOnlyList<int> OutputWidths { get; init; }

    /// <summary>Number of weights and biases.</summary>
    public required long Parameters { get; init; }

    /// <summary>Share of the model's parameters.</summary>
    public required double Share { get; init; }

    /// <summary>Element type of the stored weights.</summary>
    public required string WeightType { get; init; }

    /// <summary>Whether the stored weights are integers with scales.</summary>
    public required bool Quantized { get; init; }

    /// <summary>Name of the value it reads.</summary>
    public required string Input { get; init; }

    /// <summary>Where it runs with this file as it is.</summary>
    public required string RunsIn { get; init; }

    /// <summary>Why it cannot leave ONNX Runtime; null where it can, or has.</summary>
    public string? Obstacle { get; init; }
}
