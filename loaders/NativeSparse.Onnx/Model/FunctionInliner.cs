using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>
/// Replaces every call of a model-local function by the function's nodes, nested calls and calls inside subgraphs included, and takes
/// the functions out of the model. Values inside get names that are unique in the model: <c>call/value</c>.
/// </summary>
internal sealed class FunctionInliner
{
    private const int MaximumCallDepth = 64;
    private const int MaximumNodes = 500_000;
    private const long MaximumBytes = 64L << 20;

    private readonly FunctionTable _functions;
    private readonly UniqueNames _names;
    private readonly string? _path;
    private int _nodes;
    private long _bytes;

    private FunctionInliner(ModelProto model, string? path)
    {
        _path = path;
        _functions = new FunctionTable(model, path);
        _names = new UniqueNames(model.Graph);
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
        inliner.InlineGraph(model.Graph, 1, 0);
        model.Functions.Clear();
    }

    private void InlineGraph(GraphProto graph, int graphDepth, int callDepth)
    {
        if (graphDepth > GraphSorter.MaximumDepth)
        {
            throw new ModelFormatException($"subgraphs nest deeper than {GraphSorter.MaximumDepth} after inlining functions", _path, graph.Name);
        }

        var nodes = new List<NodeProto>(graph.Node.Count);
        foreach (var node in graph.Node)
        {
            Emit(node, nodes, graphDepth, callDepth);
        }

        graph.Node.Clear();
        graph.Node.AddRange(nodes);
    }

    private void Emit(NodeProto node, List<NodeProto> into, int graphDepth, int callDepth)
    {
        if (_functions.Find(node) is { } function)
        {
            Expand(node, function, into, graphDepth, callDepth + 1);
            return;
        }

        foreach (var inner in GraphWalk.Subgraphs(node))
        {
            InlineGraph(inner, graphDepth + 1, callDepth);
        }

        into.Add(node);
    }

    private void Expand(NodeProto call, FunctionProto function, List<NodeProto> into, int graphDepth, int callDepth)
    {
        var label = GraphSorter.Label(call);
        if (callDepth > MaximumCallDepth)
        {
            throw new ModelFormatException($"functions call each other deeper than {MaximumCallDepth}", _path, label);
        }

        var expansion = new FunctionExpansion(call, function, _names, _path);
        foreach (var body in function.Node)
        {
            Spend(body, label);
            Emit(expansion.Rewrite(body), into, graphDepth, callDepth);
        }

        foreach (var copy in expansion.Copies())
        {
            into.Add(copy);
        }
    }

    private void Spend(NodeProto node, string label)
    {
        _nodes += 1 + GraphWalk.Subgraphs(node).SelectMany(GraphWalk.Graphs).Sum(graph => graph.Node.Count);
        _bytes += node.CalculateSize() - node.Attribute.Sum(attribute => (long)(attribute.T?.RawData.Length ?? 0));
        if (_nodes > MaximumNodes || _bytes > MaximumBytes)
        {
            throw new ModelFormatException(
                $"inlining the model's functions makes more than {MaximumNodes} nodes or {MaximumBytes >> 20} MB of them", _path, label);
        }
    }
}
