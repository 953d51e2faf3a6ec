namespace NativeSparse.Kernels.Tests;

/// <summary>A packed graph with products of plain arrays; their columns follow from the nodes.</summary>
internal sealed class GraphProducts(Backend backend, GraphEdges edges) : IDisposable
{
    private readonly PackedGraph _graph = backend.Semiring.Pack(edges);

    public GraphEdges Edges => edges;

    public float[] Run(
        float[] x, MessageReduction reduction = default, MessageCombination combination = default, float[]? relations = null, float[]? boundary = null)
    {
        var columns = x.Length / edges.SourceCount;
        using var source = Place(x, edges.SourceCount);
        using var vectors = Place(relations, edges.RelationCount);
        using var own = Place(boundary, edges.TargetCount);
        using var y = new Operand(edges.TargetCount, columns);
        using var host = new Host(2);
        var rule = new MessageRule
        {
            Reduction = reduction,
            Combination = combination,
            Relations = relations is null ? default : vectors.View,
            Boundary = boundary is null ? default : own.View,
        };
        backend.Semiring.Run(host.Execution, source.View, _graph, rule, y.View);
        return y.Values();
    }

    public void Dispose() => _graph.Dispose();

    private static Operand Place(float[]? values, int rows)
    {
        var operand = new Operand(rows, values is null ? 0 : values.Length / rows);
        for (var row = 0; row < rows; row++)
        {
            (values ?? []).AsSpan(row * operand.View.Columns, operand.View.Columns).CopyTo(operand.Row(row));
        }

        return operand;
    }
}
