using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>One graph of a model: the main graph or the body of an If, Loop or Scan, whose nodes also see the values outside.</summary>
internal sealed class GraphScope(GraphProto proto, GraphScope? parent)
{
    /// <summary>The graph in the model.</summary>
    internal GraphProto Proto { get; } = proto;

    /// <summary>The graph around it; null for the main graph.</summary>
    internal GraphScope? Parent { get; } = parent;

    /// <summary>Its nodes in the order of the file.</summary>
    internal List<GraphNode> Nodes { get; } = [];

    /// <summary>The values it defines, by name.</summary>
    internal Dictionary<string, GraphValue> Values { get; } = new(StringComparer.Ordinal);

    /// <summary>The value a name means here; null when no graph around defines it.</summary>
    internal GraphValue? Resolve(string name)
    {
        for (var scope = this; scope is not null; scope = scope.Parent)
        {
            if (scope.Values.TryGetValue(name, out var value))
            {
                return value;
            }
        }

        return null;
    }

    /// <summary>The value of a name defined in this graph, made when it is new.</summary>
    internal GraphValue Define(string name)
    {
        if (!Values.TryGetValue(name, out var value))
        {
            value = new GraphValue(name, this);
            Values.Add(name, value);
        }

        return value;
    }
}
