using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>Removes what nobody uses any more, starting from values that have just lost a reader.</summary>
internal static class GraphSweep
{
    /// <summary>
    /// Removes the given nodes, then every node before them whose outputs have no reader left and the initializers that only they read.
    /// Nodes with subgraphs and inputs of the model stay.
    /// </summary>
    /// <param name="nodes">The nodes to remove.</param>
    /// <param name="unsure">Nodes to remove when nobody reads them.</param>
    internal static void Remove(IEnumerable<GraphNode> nodes, IEnumerable<GraphNode> unsure)
    {
        var dead = new HashSet<NodeProto>(ReferenceEqualityComparer.Instance);
        var lost = new Dictionary<GraphValue, int>();
        var tensors = new HashSet<TensorProto>(ReferenceEqualityComparer.Instance);
        var touched = new HashSet<GraphScope>();
        var open = new Stack<GraphValue>();
        foreach (var node in nodes)
        {
            Kill(node);
        }

        foreach (var output in unsure.SelectMany(n => n.Outputs))
        {
            if (output is not null)
            {
                open.Push(output);
            }
        }

        while (open.TryPop(out var value))
        {
            if (!IsUnused(value))
            {
                continue;
            }

            if (value.Producer is { } producer)
            {
                if (!dead.Contains(producer.Proto) && producer.Proto.Attribute.All(a => a.G is null && a.Graphs.Count == 0)
                    && producer.Outputs.All(o => o is null || IsUnused(o)))
                {
                    Kill(producer);
                }
            }
            else if (value.Tensor is { } tensor && tensors.Add(tensor))
            {
                touched.Add(value.Scope);
            }
        }

        foreach (var scope in touched)
        {
            Clean(scope.Proto, dead, tensors);
        }

        void Kill(GraphNode node)
        {
            if (!dead.Add(node.Proto))
            {
                return;
            }

            touched.Add(node.Scope);
            foreach (var input in node.Inputs)
            {
                if (input is not null)
                {
                    lost[input] = lost.GetValueOrDefault(input) + 1;
                    open.Push(input);
                }
            }
        }

        bool IsUnused(GraphValue value) => !value.IsGraphOutput && lost.GetValueOrDefault(value) >= value.Consumers.Count;
    }

    private static void Clean(GraphProto graph, HashSet<NodeProto> dead, HashSet<TensorProto> tensors)
    {
        var gone = new HashSet<string>(StringComparer.Ordinal);
        var nodes = graph.Node.ToList();
        foreach (var node in nodes.Where(dead.Contains))
        {
            gone.UnionWith(node.Output);
        }

        Keep(graph.Node, nodes, n => !dead.Contains(n));
        foreach (var node in graph.Node)
        {
            gone.ExceptWith(node.Output);
        }

        var removed = graph.Initializer.Where(tensors.Contains).ToList();
        var dropped = removed.Select(t => t.Name).ToHashSet(StringComparer.Ordinal);
        Keep(graph.Initializer, [.. graph.Initializer], t => !tensors.Contains(t));
        Keep(graph.Input, [.. graph.Input], i => !dropped.Contains(i.Name));
        Keep(graph.ValueInfo, [.. graph.ValueInfo], v => !gone.Contains(v.Name) && !dropped.Contains(v.Name));

        // Sites that were found before still refer to these tensors; their bytes are not to live as long.
        foreach (var tensor in removed)
        {
            tensor.ClearRawData();
            tensor.FloatData.Clear();
        }
    }

    private static void Keep<T>(Google.Protobuf.Collections.RepeatedField<T> field, List<T> items, Func<T, bool> keep)
    {
        var kept = items.Where(keep).ToList();
        if (kept.Count < items.Count)
        {
            field.Clear();
            field.AddRange(kept);
        }
    }
}
