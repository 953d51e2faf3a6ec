using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>
/// Replaces every call of a model-local function by the function's nodes, nested calls and calls inside subgraphs included, and takes
/// the functions out of the model. Values inside get names that are unique in the model: <c>call/value</c>.
/// </summary>
internal sealed class FunctionInliner
{
    private readonly FunctionTable _functions;
    private readonly UniqueNames _names;
    private readonly string? _path;
    private readonly ExpansionBudget _budget;

    private FunctionInliner(ModelProto model, string? path)
    {
        _path = path;
        _functions = new FunctionTable(model, path);
        _names = new UniqueNames(model.Graph);
        _budget = _functions.Budget(model.Graph);
    }

    /// <summary>Inlines in place.</summary>
    /// <exception cref="ModelFormatException">
    /// A function calls itself, needs another opset than the model, reads what it does not define, or expands beyond bounds.
    /// </exception>
    internal static void Inline(ModelProto model, string? path)
    {
        if (model.Functions.Count == 0)
        {
            return;
        }

        var inliner = new FunctionInliner(model, path);
        inliner._functions.MergeOpsets(model);
        inliner.InlineGraph(model.Graph, 1);
        model.Functions.Clear();
    }

    private void InlineGraph(GraphProto graph, int graphDepth)
    {
        if (graphDepth > GraphSorter.MaximumDepth)
        {
            throw new ModelFormatException($"subgraphs nest deeper than {GraphSorter.MaximumDepth} after inlining functions", _path, graph.Name);
        }

        var nodes = new List<NodeProto>(graph.Node.Count);
        foreach (var node in graph.Node)
        {
            Emit(node, nodes, graphDepth);
        }

        graph.Node.Clear();
        graph.Node.AddRange(nodes);
    }

    private void Emit(NodeProto node, List<NodeProto> into, int graphDepth)
    {
        if (_functions.Find(node) is { } function)
        {
            Expand(node, function, into, graphDepth);
            return;
        }

        foreach (var inner in GraphWalk.Subgraphs(node))
        {
            InlineGraph(inner, graphDepth + 1);
        }

        into.Add(node);
    }

    private void Expand(NodeProto call, FunctionProto function, List<NodeProto> into, int graphDepth)
    {
        var expansion = new FunctionExpansion(call, function, _names, _budget, _path);
        foreach (var body in function.Node)
        {
            Emit(expansion.Rewrite(body), into, graphDepth);
        }

        foreach (var copy in expansion.Copies())
        {
            into.Add(copy);
        }
    }
}
