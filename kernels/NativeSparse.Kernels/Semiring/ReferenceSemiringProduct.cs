namespace NativeSparse.Kernels;

/// <summary>The specification: node by node, column by column, edge by edge, in plain loops.</summary>
internal sealed unsafe class ReferenceSemiringProduct : ISemiringProduct
{
    public string Version => ReferenceBackend.VersionName;

    public PackedGraph Pack(GraphEdges edges, bool withTranspose = false)
    {
        ArgumentNullException.ThrowIfNull(edges);
        return new ReferenceGraph(edges, withTranspose);
    }

    public void Run(in Execution execution, View x, PackedGraph graph, in MessageRule rule, View y)
    {
        SemiringArguments.CheckRun(x, graph, rule, y);
        Run(execution, x, Own(graph).Edges, rule, y);
    }

    public void RunTransposed(in Execution execution, View x, PackedGraph graph, in MessageRule rule, View y)
    {
        SemiringArguments.CheckTransposed(x, graph, rule, y);
        Run(execution, x, Own(graph).Transposed, rule, y);
    }

    private static void Run(in Execution execution, View x, GraphEdges edges, in MessageRule rule, View y)
    {
        for (var node = 0; node < y.Rows; node++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            for (var column = 0; column < y.Columns; column++)
            {
                y.Row(node)[column] = Node(x, edges, rule, node, column);
            }
        }
    }

    private static float Node(View x, GraphEdges edges, in MessageRule rule, int node, int column)
    {
        var (start, end) = (edges.Starts.Span[node], edges.Starts.Span[node + 1]);
        if (start == end)
        {
            return rule.Boundary.IsEmpty ? SemiringArguments.EmptyValue(rule) : rule.Boundary.Row(node)[column];
        }

        var total = 0f;
        for (var segment = start; segment < end; segment += GraphEdges.SegmentEdges)
        {
            var count = Math.Min(GraphEdges.SegmentEdges, end - segment);
            var value = Segment(x, edges, rule, segment, segment + count, column);
            total = segment == start ? value : Join(rule.Reduction, total, value);
        }

        return rule.Boundary.IsEmpty ? total : Join(rule.Reduction, total, rule.Boundary.Row(node)[column]);
    }

    private static float Segment(View x, GraphEdges edges, in MessageRule rule, int first, int end, int column)
    {
        var total = 0f;
        for (var edge = first; edge < end; edge++)
        {
            var value = x.Row(edges.Sources.Span[edge])[column];
            if (!rule.Relations.IsEmpty)
            {
                var relation = rule.Relations.Row(edges.Relations.Span[edge])[column];
                value = rule.Combination == MessageCombination.Add ? value + relation : value * relation;
            }

            var weight = edges.Weights.IsEmpty ? 1 : edges.Weights.Span[edge];
            if (edge == first)
            {
                total = value * weight;
            }
            else if (rule.Reduction == MessageReduction.Sum)
            {
                total = MathF.FusedMultiplyAdd(value, weight, total);
            }
            else
            {
                total = Join(rule.Reduction, total, value * weight);
            }
        }

        return total;
    }

    private static float Join(MessageReduction reduction, float left, float right) => reduction switch
    {
        MessageReduction.Min => MathF.Min(left, right),
        MessageReduction.Max => MathF.Max(left, right),
        _ => left + right,
    };

    private ReferenceGraph Own(PackedGraph graph) => graph as ReferenceGraph ?? throw SemiringArguments.Foreign(Version, nameof(graph));
}
