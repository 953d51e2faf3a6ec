using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>Enumerates what a model holds, subgraphs included.</summary>
internal static class GraphWalk
{
    /// <summary>The subgraphs of a node (bodies of If, Loop, Scan), not their own subgraphs.</summary>
    internal static IEnumerable<GraphProto> Subgraphs(NodeProto node)
    {
        foreach (var attribute in node.Attribute)
        {
            if (attribute.G is not null)
            {
                yield return attribute.G;
            }

            foreach (var graph in attribute.Graphs)
            {
                yield return graph;
            }
        }
    }

    /// <summary>A graph and every graph below it, outer before inner.</summary>
    internal static IEnumerable<GraphProto> Graphs(GraphProto graph)
    {
        var pending = new Stack<GraphProto>();
        pending.Push(graph);
        while (pending.TryPop(out var current))
        {
            yield return current;
            foreach (var inner in current.Node.SelectMany(Subgraphs).Reverse())
            {
                pending.Push(inner);
            }
        }
    }

    /// <summary>Every tensor of a model: initializers, sparse initializers and attributes, in a fixed order.</summary>
    internal static IEnumerable<TensorProto> Tensors(ModelProto model)
    {
        foreach (var graph in Graphs(model.Graph))
        {
            foreach (var tensor in graph.Initializer.Concat(graph.SparseInitializer.SelectMany(Parts)))
            {
                yield return tensor;
            }

            foreach (var tensor in graph.Node.SelectMany(node => node.Attribute).SelectMany(AttributeTensors))
            {
                yield return tensor;
            }
        }
    }

    private static IEnumerable<TensorProto> AttributeTensors(AttributeProto attribute)
    {
        IEnumerable<TensorProto> single = attribute.T is null ? [] : [attribute.T];
        return single.Concat(attribute.Tensors).Concat(attribute.SparseTensor is null ? [] : Parts(attribute.SparseTensor));
    }

    private static IEnumerable<TensorProto> Parts(SparseTensorProto tensor)
    {
        if (tensor.Values is not null)
        {
            yield return tensor.Values;
        }

        if (tensor.Indices is not null)
        {
            yield return tensor.Indices;
        }
    }
}
