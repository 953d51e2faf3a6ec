using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>
/// Bounds what inlining may make of a small file: functions that call functions twice at every level double at every level. What the
/// calls add up to is known before the first is expanded; what attributes add is counted on the way.
/// </summary>
internal sealed class ExpansionBudget(string? path)
{
    private const int MaximumDepth = 64;
    private const long MaximumNodes = 250_000;
    private const long MaximumBytes = 64L << 20;

    private readonly Dictionary<FunctionProto, (long Nodes, long Bytes, int Depth)> _costs = new(ReferenceEqualityComparer.Instance);
    private long _bytes;

    /// <summary>Adds a function whose callees were added before.</summary>
    internal void Add(FunctionProto function, IEnumerable<NodeProto> nodes, Func<NodeProto, FunctionProto?> find, string label) =>
        _costs[function] = Cost(nodes, function.Node.Sum(Bytes), find, label);

    /// <summary>Counts the calls of the model's own graphs.</summary>
    internal void AddGraph(GraphProto graph, Func<NodeProto, FunctionProto?> find) =>
        _bytes = Cost(GraphWalk.Graphs(graph).SelectMany(inner => inner.Node).Where(node => find(node) is not null), 0, find, graph.Name).Bytes;

    /// <summary>Counts an attribute that a call hands to a function's node.</summary>
    internal void Spend(AttributeProto attribute, string label)
    {
        _bytes += Bytes(attribute);
        if (_bytes > MaximumBytes)
        {
            throw TooMuch(label);
        }
    }

    private (long Nodes, long Bytes, int Depth) Cost(IEnumerable<NodeProto> nodes, long bytes, Func<NodeProto, FunctionProto?> find, string label)
    {
        long count = 0;
        var depth = 0;
        foreach (var node in nodes)
        {
            count++;
            if (find(node) is { } callee)
            {
                var cost = _costs[callee];
                count += cost.Nodes;
                bytes += cost.Bytes;
                depth = Math.Max(depth, cost.Depth + 1);
            }

            if (count > MaximumNodes || bytes > MaximumBytes)
            {
                throw TooMuch(label);
            }

            if (depth > MaximumDepth)
            {
                throw new ModelFormatException($"functions call each other deeper than {MaximumDepth}", path, label);
            }
        }

        return (count, bytes, depth);
    }

    // Bytes of raw data and strings are shared between copies, not copied.
    private static long Bytes(NodeProto node) =>
        node.CalculateSize() - node.Attribute.Sum(attribute => (long)(attribute.T?.RawData.Length ?? 0) + attribute.S.Length);

    private static long Bytes(AttributeProto attribute) =>
        attribute.CalculateSize() - (long)(attribute.T?.RawData.Length ?? 0) - attribute.S.Length;

    private ModelFormatException TooMuch(string label) =>
        new($"inlining the model's functions makes more than {MaximumNodes} nodes or {MaximumBytes >> 20} MB of them", path, label);
}
