using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>Lists the nodes of a domain and takes their constants away.</summary>
internal static class DomainNodes
{
    /// <summary>The nodes of a domain, subgraphs included, in graph order.</summary>
    /// <exception cref="ModelFormatException">An input after the first is not a stored constant, or its data cannot be read.</exception>
    internal static IReadOnlyList<FormNode> Find(ModelProto model, TensorReader tensors, string domain) =>
        [.. GraphIndex.Build(model).Scopes.SelectMany(s => s.Nodes).Where(n => n.Proto.Domain == domain).Select(n => Describe(n, tensors))];

    /// <summary>Removes all inputs but the first, and the initializers that only they read; sets the attributes.</summary>
    /// <exception cref="ArgumentException">The model has no such node.</exception>
    internal static void Strip(ModelProto model, FormNode node, IReadOnlyDictionary<string, object> attributes)
    {
        var found = GraphIndex.Build(model).Scopes.SelectMany(s => s.Nodes).FirstOrDefault(n =>
                n.Proto.Name == node.Name && n.Proto.OpType == node.OpType && n.Proto.Output.SequenceEqual(node.Outputs))
            ?? throw new ArgumentException($"the model has no node {node.OpType} '{node.Name}'", nameof(node));
        var fresh = attributes.OrderBy(a => a.Key, StringComparer.Ordinal).Select(a => NodeBuilder.Attribute(a.Key, a.Value)).ToList();
        var first = found.Proto.Input.FirstOrDefault() ?? "";
        found.Proto.Input.Clear();
        found.Proto.Input.Add(first);
        found.Proto.Attribute.Clear();
        found.Proto.Attribute.AddRange(fresh);
        foreach (var value in found.Inputs.Skip(1).Distinct())
        {
            if (value is { Producer: null, Tensor: { } tensor, IsGraphOutput: false } && value.Name != first
                && value.Consumers.TrueForAll(c => ReferenceEquals(c, found)))
            {
                RemoveInitializer(value.Scope.Proto, tensor);
            }
        }
    }

    private static void RemoveInitializer(GraphProto graph, TensorProto tensor)
    {
        for (var i = 0; i < graph.Initializer.Count; i++)
        {
            if (ReferenceEquals(graph.Initializer[i], tensor))
            {
                graph.Initializer.RemoveAt(i);
                return;
            }
        }
    }

    private static FormNode Describe(GraphNode node, TensorReader tensors) => new()
    {
        Name = node.Proto.Name,
        OpType = node.Proto.OpType,
        Input = node.Proto.Input.FirstOrDefault() ?? "",
        Outputs = [.. node.Proto.Output],
        Constants = [.. node.Inputs.Skip(1).Select(i => i is null ? null : Constant(node, i, tensors))],
        Attributes = node.Proto.Attribute.ToDictionary(a => a.Name, a => Value(node, a)),
    };

    private static ConstantTensor Constant(GraphNode node, GraphValue value, TensorReader tensors) => value.Tensor is { } tensor
        ? tensors.ReadConstant(tensor) with { Name = value.Name }
        : throw new ModelFormatException(
            $"{node.Operator} '{node.Name}' reads '{value.Name}', which is not an initializer; only its first input may be computed", site: node.Name);

    private static object Value(GraphNode node, AttributeProto attribute) => attribute.Type switch
    {
        AttributeProto.Types.AttributeType.String => attribute.S.ToStringUtf8(),
        AttributeProto.Types.AttributeType.Int => attribute.I,
        AttributeProto.Types.AttributeType.Float => attribute.F,
        _ => throw new ModelFormatException(
            $"{node.Operator} '{node.Name}': attribute '{attribute.Name}' is {attribute.Type}, expected a string, an integer or a float", site: node.Name),
    };
}
