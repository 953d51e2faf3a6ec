using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class GraphEdgesTests
{
    private static readonly int[] Sources = [0, 1];

    [Fact]
    public void Edges_of_a_target_keep_their_order()
    {
        var edges = GraphEdges.FromList(3, 4, [2, 0, 1, 2], [3, 1, 3, 0], 5, [4, 3, 2, 1], [1, 2, 3, 4]);
        Assert.Equal([0, 1, 2, 2, 4], edges.Starts.ToArray());
        Assert.Equal([2, 0, 2, 1], edges.Sources.ToArray());
        Assert.Equal([1, 3, 4, 2], edges.Relations.ToArray());
        Assert.Equal([4, 2, 1, 3], edges.Weights.ToArray());
        Assert.Equal((3, 4, 5, 4), (edges.SourceCount, edges.TargetCount, edges.RelationCount, edges.Count));
    }

    [Fact]
    public void The_transpose_leads_back()
    {
        var edges = GraphEdges.FromList(3, 4, [2, 0, 1, 2], [3, 1, 3, 0], 5, [4, 3, 2, 1], [1, 2, 3, 4]).Transpose();
        Assert.Equal((4, 3), (edges.SourceCount, edges.TargetCount));
        Assert.Equal([0, 1, 2, 4], edges.Starts.ToArray());
        Assert.Equal([1, 3, 0, 3], edges.Sources.ToArray());
        Assert.Equal([3, 2, 1, 4], edges.Relations.ToArray());
        Assert.Equal([2, 3, 4, 1], edges.Weights.ToArray());
    }

    [Fact]
    public void Repeated_edges_become_one_with_the_sum_of_their_weights()
    {
        var edges = GraphEdges.FromList(3, 2, [0, 1, 0, 0, 0], [1, 1, 1, 1, 0], 2, [1, 1, 0, 1, 1], [1, 2, 4, 8, 16]).MergeRepeated();
        Assert.Equal([0, 1, 4], edges.Starts.ToArray());
        Assert.Equal([0, 0, 1, 0], edges.Sources.ToArray());
        Assert.Equal([1, 1, 1, 0], edges.Relations.ToArray());
        Assert.Equal([16, 9, 2, 4], edges.Weights.ToArray());
        Assert.Equal([3], GraphEdges.FromList(1, 1, [0, 0, 0], [0, 0, 0]).MergeRepeated().Weights.ToArray());
    }

    [Fact]
    public void Graphs_may_be_empty()
    {
        var edges = GraphEdges.FromList(0, 0, [], []);
        Assert.Equal((0, 0), (edges.Count, edges.Transpose().MergeRepeated().Count));
        Assert.Equal([0, 0, 0], GraphEdges.FromList(5, 2, [], []).Starts.ToArray());
    }

    [Fact]
    public void What_is_no_graph_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => GraphEdges.FromList(-1, 1, [], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => GraphEdges.FromList(1, -1, [], []));
        Assert.Throws<ArgumentOutOfRangeException>(() => GraphEdges.FromList(1, 1, [], [], -1));
        Assert.Throws<ShapeMismatchException>(() => GraphEdges.FromList(2, 2, [0], [0, 1]));
        Assert.Throws<ShapeMismatchException>(() => GraphEdges.FromList(2, 2, [2], [0]));
        Assert.Throws<ShapeMismatchException>(() => GraphEdges.FromList(2, 2, [0], [-1]));
        Assert.Throws<ShapeMismatchException>(() => GraphEdges.FromList(2, 2, [0], [0], 1, [1]));
        Assert.Throws<ShapeMismatchException>(() => GraphEdges.FromList(2, 2, [0], [0], 1));
        Assert.Throws<ShapeMismatchException>(() => GraphEdges.FromList(2, 2, [0], [0], 0, [0]));
        Assert.Throws<ShapeMismatchException>(() => GraphEdges.FromList(2, 2, [0], [0], weights: [1, 2]));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 1]));
        Assert.Throws<ShapeMismatchException>(() => Create([1, 1, 2]));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 3, 2]));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 1, 1]));
        Assert.Throws<ShapeMismatchException>(() => Create([]));
        Assert.Equal(2, Create([0, 1, 2]).Count);
    }

    private static GraphEdges Create(int[] starts) => new(2, 2, starts, Sources);
}
