using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class GraphRowsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(13)]
    public void Parts_are_alike_though_one_node_has_most_edges(int parts)
    {
        using var problem = new SemiringProblem(50, 300, 40_000, 1, hub: 0.9);
        using var rows = new GraphRows(problem.Edges);
        var share = (double)(rows.Count + rows.Rows) / parts;
        var next = 0;
        for (var part = 0; part < parts; part++)
        {
            var (first, end) = (rows.FirstRow(part, parts), rows.FirstRow(part + 1, parts));
            Assert.Equal(next, first);
            Assert.InRange(Work(rows, first, end), share - GraphEdges.SegmentEdges - 1, share + GraphEdges.SegmentEdges + 1);
            next = end;
        }

        Assert.Equal(rows.Rows, next);
    }

    [Fact]
    public void Rows_have_at_most_a_segment_of_edges()
    {
        using var problem = new SemiringProblem(50, 30, 9000, 1, hub: 0.5);
        using var rows = new GraphRows(problem.Edges);
        Assert.All(Enumerable.Range(0, rows.Rows), row => Assert.InRange(Work(rows, row, row + 1), 1, GraphEdges.SegmentEdges + 1));
        Assert.Equal(9000 + rows.Rows, Work(rows, 0, rows.Rows));
        Assert.True(rows.Divided > 0 && rows.Segments > rows.Divided);
    }

    private static unsafe double Work(GraphRows rows, int first, int end) => rows.Starts[end] - rows.Starts[first] + end - first;
}
