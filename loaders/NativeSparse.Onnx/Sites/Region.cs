namespace NativeSparse.Onnx;

/// <summary>
/// The nodes between the input of a linear and the linears before it: elementwise operators, movements, splits and quantize/dequantize pairs.
/// </summary>
internal sealed class Region
{
    private const int LargestRegion = 96;

    private readonly bool _isBlockedByActivation;

    private Region(List<GraphNode> nodes, List<Linear> sources, string? blocker, bool endsInLinears, bool isBlockedByActivation)
    {
        _isBlockedByActivation = isBlockedByActivation;
        Nodes = nodes;
        Sources = sources;
        Blocker = blocker;
        EndsInLinears = endsInLinears;
    }

    /// <summary>The nodes, in graph order.</summary>
    internal IReadOnlyList<GraphNode> Nodes { get; }

    /// <summary>The linears it starts from.</summary>
    internal IReadOnlyList<Linear> Sources { get; }

    /// <summary>What stopped the walk, in words; null when every path ended in a linear.</summary>
    internal string? Blocker { get; }

    /// <summary>Whether every path ended in a linear, the blocker not counted.</summary>
    internal bool EndsInLinears { get; }

    /// <summary>Whether there is a function between the linears.</summary>
    internal bool HasFunction => _isBlockedByActivation || Nodes.Any(ElementwiseOperators.Contains) || Sources.Any(s => s.Activation is not null);

    /// <summary>Whether there is more than sums between the linears.</summary>
    internal bool HasActivation =>
        _isBlockedByActivation || Nodes.Any(n => n.Operator != "Add" && ElementwiseOperators.Contains(n)) || Sources.Any(s => s.Activation is not null);

    /// <summary>Walks back from the input of a linear.</summary>
    internal static Region Walk(Linear down, LinearTable linears)
    {
        var nodes = new HashSet<GraphNode>();
        var sources = new List<Linear>();
        var seen = new HashSet<GraphValue>();
        var open = new Stack<GraphValue>();
        string? blocker = null;
        var blockers = 0;
        var isActivation = false;
        var ends = true;
        open.Push(down.Input);
        while (open.TryPop(out var value))
        {
            if (!seen.Add(value) || linears.Constant(value) is not null)
            {
                continue;
            }

            if (linears.At(value) is { } source && !ReferenceEquals(source, down))
            {
                sources.Add(source);
                continue;
            }

            if (value.Producer is not { } node || nodes.Count >= LargestRegion)
            {
                ends = false;
                blocker ??= value.Producer is null ? $"'{value.Name}' comes from outside" : "the region between the linears is too large";
                continue;
            }

            if (ElementwiseOperators.Contains(node))
            {
                nodes.Add(node);
                foreach (var input in node.Inputs)
                {
                    if (input is not null)
                    {
                        open.Push(input);
                    }
                }
            }
            else if (IsTransparent(node))
            {
                nodes.Add(node);
                Push(node);
            }
            else
            {
                blocker ??= $"{node.Operator} '{node.Name}' lies between the linears";
                isActivation |= node.Operator is "com.microsoft::QLinearSigmoid" or "com.microsoft::QLinearLeakyRelu";
                if (++blockers == 1)
                {
                    Push(node);
                }
                else
                {
                    ends = false;
                }
            }
        }

        return new Region([.. nodes.OrderBy(n => n.Scope == down.Node.Scope ? 1 : 0).ThenBy(n => n.Position)], sources, blocker, ends, isActivation);

        void Push(GraphNode node)
        {
            if (node.Input(0) is { } input)
            {
                open.Push(input);
            }
            else
            {
                ends = false;
            }
        }
    }

    private static bool IsTransparent(GraphNode node) =>
        FeatureAxis.IsMovement(node) || FeatureAxis.IsPass(node) || Quantization.IsHalf(node) || node.Operator is "Split" or "Slice"
        || (node is { Operator: "Gather" } && node.Input(1) is { Shape.Length: 0, Elements: [not null] });
}
