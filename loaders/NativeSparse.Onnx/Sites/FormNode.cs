namespace NativeSparse.Onnx;

/// <summary>A node of a given domain found in a loaded file, with its constants.</summary>
public sealed record FormNode
{
    /// <summary>Node name.</summary>
    public required string Name { get; init; }

    /// <summary>Operator name.</summary>
    public required string OpType { get; init; }

    /// <summary>Name of the value it reads (first input).</summary>
    public required string Input { get; init; }

    /// <summary>Names of the values it writes.</summary>
    public required IReadOnlyList<string> Outputs { get; init; }

    /// <summary>The constant inputs after the first; null where an optional input is absent.</summary>
    public required IReadOnlyList<ConstantTensor?> Constants { get; init; }

    /// <summary>Attributes: string, long or float values.</summary>
    public required IReadOnlyDictionary<string, object> Attributes { get; init; }
}
