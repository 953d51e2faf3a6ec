namespace NativeSparse.Kernels;

/// <summary>The checks that every version makes before it writes anything.</summary>
internal static class SemiringArguments
{
    public static void CheckRun(View x, PackedGraph graph, in MessageRule rule, View y)
    {
        ArgumentNullException.ThrowIfNull(graph);
        graph.ThrowIfDisposed();
        Check(x, graph.SourceCount, graph, rule, y, graph.TargetCount);
    }

    public static void CheckTransposed(View x, PackedGraph graph, in MessageRule rule, View y)
    {
        ArgumentNullException.ThrowIfNull(graph);
        graph.ThrowIfDisposed();
        Check(x, graph.TargetCount, graph, rule, y, graph.SourceCount);
    }

    /// <summary>What nodes without edges take.</summary>
    public static float EmptyValue(in MessageRule rule) => rule.EmptyValue ?? rule.Reduction switch
    {
        MessageReduction.Min => float.MaxValue,
        MessageReduction.Max => float.MinValue,
        _ => 0,
    };

    public static ArgumentException Foreign(string version, string operand) =>
        new($"the graph was packed by another backend than {version}; pack it with this one", operand);

    private static void Check(View x, int inputs, PackedGraph graph, in MessageRule rule, View y, int outputs)
    {
        x.Require(nameof(x), inputs, y.Columns);
        y.Require(nameof(y), outputs, y.Columns);
        if (!Enum.IsDefined(rule.Reduction) || !Enum.IsDefined(rule.Combination))
        {
            throw new ArgumentOutOfRangeException(nameof(rule), $"expected a known reduction and combination, got {rule.Reduction} and {rule.Combination}");
        }

        if (!rule.Relations.IsEmpty)
        {
            if (graph.RelationCount == 0)
            {
                throw new ShapeMismatchException("relations", "none, as the graph has no relations", $"[{rule.Relations.Rows}, {rule.Relations.Columns}]");
            }

            rule.Relations.Require("relations", graph.RelationCount, y.Columns);
        }

        if (!rule.Boundary.IsEmpty)
        {
            rule.Boundary.Require("boundary", outputs, y.Columns);
        }
    }
}
