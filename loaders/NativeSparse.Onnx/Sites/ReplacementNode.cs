namespace NativeSparse.Onnx;

/// <summary>The node that takes a site's place.</summary>
public sealed record ReplacementNode
{
    /// <summary>Domain of the operator.</summary>
    public required string Domain { get; init; }

    /// <summary>Operator name.</summary>
    public required string OpType { get; init; }

    /// <summary>Node name; also the prefix of its initializers.</summary>
    public required string Name { get; init; }

    /// <summary>Version of <see cref="Domain"/> that the model imports.</summary>
    public long DomainVersion { get; init; } = 1;

    /// <summary>
    /// The constant inputs after the site's input, in order; null is an absent optional input.
    /// </summary>
    public IReadOnlyList<ConstantTensor?> Constants { get; init; } = [];

    /// <summary>Attributes: string, long or float values.</summary>
    public IReadOnlyDictionary<string, object> Attributes { get; init; } = new Dictionary<string, object>();
}
