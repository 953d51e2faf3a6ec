using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>What a replacement needs to know of linears that read one value. Holds nodes and names of the model.</summary>
internal sealed class LinearPlacement
{
    /// <summary>The graph they lie in.</summary>
    internal required GraphProto Graph { get; init; }

    /// <summary>What they read.</summary>
    internal required string Input { get; init; }

    /// <summary>Element type of what they read and write.</summary>
    internal required string Type { get; init; }

    /// <summary>For each linear the nodes that the new node stands for, its bias among them, the last of them, and the value that it writes.</summary>
    internal required IReadOnlyList<(IReadOnlyList<NodeProto> Nodes, NodeProto Last, string Output)> Parts { get; init; }
}
