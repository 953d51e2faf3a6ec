using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>The names in use in a model, values and nodes together; gives out new ones.</summary>
internal sealed class UniqueNames
{
    private const int LongestName = 256;

    private readonly HashSet<string> _used = new(StringComparer.Ordinal);
    private int _counter;

    /// <summary>Collects every name of a graph and its subgraphs.</summary>
    internal UniqueNames(GraphProto graph)
    {
        foreach (var inner in GraphWalk.Graphs(graph))
        {
            _used.UnionWith(inner.Input.Select(value => value.Name));
            _used.UnionWith(inner.Output.Select(value => value.Name));
            _used.UnionWith(inner.Initializer.Select(tensor => tensor.Name));
            foreach (var node in inner.Node)
            {
                _used.Add(node.Name);
                _used.UnionWith(node.Input);
                _used.UnionWith(node.Output);
            }
        }
    }

    /// <summary>A name that nothing has yet, as close to the wish as possible.</summary>
    internal string Create(string prefix, string name)
    {
        var wish = $"{prefix}/{name}";
        if (wish.Length > LongestName)
        {
            wish = wish[^LongestName..];
        }

        var candidate = wish;
        while (!_used.Add(candidate))
        {
            candidate = $"{wish}_{++_counter}";
        }

        return candidate;
    }
}
