using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>A named value of a graph: who writes it, who reads it, what is known of its shape.</summary>
internal sealed class GraphValue(string name, GraphScope scope)
{
    /// <summary>Name, unique where it can be read.</summary>
    internal string Name { get; } = name;

    /// <summary>The graph that defines it.</summary>
    internal GraphScope Scope { get; } = scope;

    /// <summary>The node that writes it; null for inputs, initializers and names that nobody writes.</summary>
    internal GraphNode? Producer { get; set; }

    /// <summary>The data, when it is an initializer or the output of a Constant node.</summary>
    internal TensorProto? Tensor { get; set; }

    /// <summary>Whether a graph (its own or one inside it) returns it.</summary>
    internal bool IsGraphOutput { get; set; }

    /// <summary>The nodes that read it, those in subgraphs included, once per input.</summary>
    internal List<GraphNode> Consumers { get; } = [];

    /// <summary>Dimensions as far as they are known; null when not even the rank is.</summary>
    internal long?[]? Shape { get; set; }

    /// <summary>Elements of a small integer tensor as far as they are known (row-major).</summary>
    internal long?[]? Elements { get; set; }

    /// <summary>Number of dimensions, when known.</summary>
    internal int? Rank => Shape?.Length;

    /// <inheritdoc/>
    public override string ToString() => Name;
}
