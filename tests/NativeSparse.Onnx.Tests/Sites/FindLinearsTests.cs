using Xunit;

namespace NativeSparse.Onnx.Tests;

public sealed class FindLinearsTests
{
    [Fact]
    public void Linears_of_one_value_are_one_group_and_those_of_sites_are_left_out()
    {
        var graph = new GraphBuilder(("x", [-1, -2, 4]));
        var query = graph.Linear("x", 4, 6);
        var value = graph.Linear("x", 4, 8);
        var head = graph.Add("MatMul", graph.Add("Softmax", graph.Add("MatMul", query, value)), graph.Weight(8, 10));
        var model = graph.Output(graph.Linear(graph.Add("Relu", graph.Linear("x", 4, 8)), 8, 4), -1, -2, 4).Output(head, -1, -2, 10).Load();

        var site = Assert.Single(model.FindFeedForwards().Sites);
        var groups = model.FindLinears();

        Assert.Equal([6, 8], groups[0].OutputWidths);
        Assert.Equal(("x", 4, (4L + 1) * 14), (groups[0].Input, groups[0].InputWidth, groups[0].Parameters));
        Assert.Equal([10], groups[1].OutputWidths);
        Assert.Equal(2, groups.Count);
        Assert.Equal(3, groups.Select(g => g.Name).Append(site.Name).Distinct().Count());
    }
}
