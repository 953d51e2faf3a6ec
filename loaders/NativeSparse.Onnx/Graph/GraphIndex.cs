using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>
/// Who writes and who reads every value of a model, subgraphs included. A snapshot: it is built again after the model changed.
/// </summary>
internal sealed class GraphIndex
{
    private const int DeepestNesting = 32;

    private GraphIndex(GraphScope main, List<GraphScope> scopes)
    {
        Main = main;
        Scopes = scopes;
    }

    /// <summary>The main graph.</summary>
    internal GraphScope Main { get; }

    /// <summary>All graphs, the main graph first.</summary>
    internal IReadOnlyList<GraphScope> Scopes { get; }

    /// <summary>Indexes a model.</summary>
    /// <exception cref="ModelFormatException">No graph, a value written twice, or graphs nested too deeply.</exception>
    internal static GraphIndex Build(ModelProto model)
    {
        if (model.Graph is null)
        {
            throw new ModelFormatException("the model holds no graph");
        }

        var scopes = new List<GraphScope>();
        var main = Add(model.Graph, null, scopes, 0);
        return new GraphIndex(main, scopes);
    }

    private static GraphScope Add(GraphProto graph, GraphScope? parent, List<GraphScope> scopes, int depth)
    {
        if (depth > DeepestNesting)
        {
            throw new ModelFormatException($"graphs are nested more than {DeepestNesting} deep", site: graph.Name);
        }

        var scope = new GraphScope(graph, parent);
        scopes.Add(scope);
        DefineValues(scope);
        foreach (var node in scope.Nodes)
        {
            Connect(node);
            foreach (var attribute in node.Proto.Attribute)
            {
                if (attribute.G is not null)
                {
                    Add(attribute.G, scope, scopes, depth + 1);
                }

                foreach (var body in attribute.Graphs)
                {
                    Add(body, scope, scopes, depth + 1);
                }
            }
        }

        foreach (var output in graph.Output)
        {
            (scope.Resolve(output.Name) ?? scope.Define(output.Name)).IsGraphOutput = true;
        }

        return scope;
    }

    private static void DefineValues(GraphScope scope)
    {
        foreach (var input in scope.Proto.Input)
        {
            scope.Define(input.Name).Shape = DeclaredShape(input);
        }

        foreach (var tensor in scope.Proto.Initializer)
        {
            var value = scope.Define(tensor.Name);
            value.Tensor = value.Tensor is null
                ? tensor
                : throw new ModelFormatException($"two initializers are named '{tensor.Name}'; remove one", site: tensor.Name);
        }

        for (var i = 0; i < scope.Proto.Node.Count; i++)
        {
            var node = new GraphNode(scope.Proto.Node[i], scope, i);
            scope.Nodes.Add(node);
            for (var o = 0; o < node.Outputs.Length; o++)
            {
                if (node.Proto.Output[o].Length > 0)
                {
                    Define(node, o);
                }
            }
        }

        foreach (var declared in scope.Proto.ValueInfo)
        {
            if (scope.Values.TryGetValue(declared.Name, out var value))
            {
                value.Shape ??= DeclaredShape(declared);
            }
        }
    }

    private static void Define(GraphNode node, int output)
    {
        var value = node.Scope.Define(node.Proto.Output[output]);
        if (value.Producer is not null)
        {
            throw new ModelFormatException($"value '{value.Name}' is written by '{value.Producer.Name}' and by '{node.Name}'", site: value.Name);
        }

        value.Producer = node;
        value.Tensor = node.Operator == "Constant" ? node.ConstantTensor() : null;
        node.Outputs[output] = value;
    }

    private static void Connect(GraphNode node)
    {
        for (var i = 0; i < node.Inputs.Length; i++)
        {
            var name = node.Proto.Input[i];
            if (name.Length > 0)
            {
                var value = node.Scope.Resolve(name) ?? node.Scope.Define(name);
                value.Consumers.Add(node);
                node.Inputs[i] = value;
            }
        }
    }

    private static long?[]? DeclaredShape(ValueInfoProto info)
    {
        if (info.Type?.TensorType?.Shape is not { } shape)
        {
            return null;
        }

        var dimensions = new long?[shape.Dim.Count];
        for (var i = 0; i < dimensions.Length; i++)
        {
            dimensions[i] = shape.Dim[i].ValueCase == TensorShapeProto.Types.Dimension.ValueOneofCase.DimValue && shape.Dim[i].DimValue > 0
                ? shape.Dim[i].DimValue
                : null;
        }

        return dimensions;
    }
}
