using Xunit;

namespace NativeSparse.Onnx.Tests;

/// <summary>Experts of a mixture that is in the graph already are not sites; networks that only look like it are.</summary>
public sealed class MixtureTests
{
    [Fact]
    public void An_expert_that_reads_gathered_rows_is_none()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var router = graph.Linear("x", 4, 2);
        var chosen = graph.Add("NonZero", graph.Add("Greater", router, graph.Scalar(0)));
        var rows = graph.Add("Gather", "x", graph.Add("Gather", chosen, graph.Index(0)));
        var y = Expert(graph, rows);

        Refused(graph.Output(y, -1, 4), "gathers the rows");
    }

    [Fact]
    public void An_expert_whose_output_is_scattered_is_none()
    {
        var graph = new GraphBuilder(("x", [-1, 4]), ("z", [-1, 4]), ("i", [-1, 1]));
        var y = graph.Add("ScatterND", "z", "i", Expert(graph, "x"));

        Refused(graph.Output(y, -1, 4), "weights or scatters");
    }

    [Fact]
    public void Experts_weighted_by_a_softmax_are_none()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var weights = graph.Add("Softmax", graph.Linear("x", 4, 2));
        string Weighted(long index) => graph.Add("Mul", graph.Add("Gather", [weights, graph.Integers(index)], GraphBuilder.Attribute("axis", 1L)), Expert(graph, "x"));
        var y = graph.Add("Add", Weighted(0), Weighted(1));

        Refused(graph.Output(y, -1, 4), "weights or scatters");
    }

    [Fact]
    public void Experts_stacked_and_multiplied_by_a_softmax_are_none()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var weights = graph.Add("Unsqueeze", graph.Add("Softmax", graph.Linear("x", 4, 2)), graph.Integers(1));
        string Stacked() => graph.Add("Unsqueeze", Expert(graph, "x"), graph.Integers(1));
        var all = graph.Add("Concat", [Stacked(), Stacked()], GraphBuilder.Attribute("axis", 1L));

        Refused(graph.Output(graph.Add("MatMul", weights, all), -1, 1, 4), "weights or scatters");
    }

    [Fact]
    public void A_shared_network_with_a_sigmoid_gate_is_a_site()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var y = graph.Add("Mul", Expert(graph, "x"), graph.Add("Sigmoid", graph.Linear("x", 4, 1)));

        Assert.Single(graph.Output(y, -1, 4).Find().Sites);
    }

    [Fact]
    public void One_token_taken_by_a_constant_index_is_a_site()
    {
        var graph = new GraphBuilder(("x", [-1, -2, 4]));
        var first = graph.Add("Gather", ["x", graph.Index(0)], GraphBuilder.Attribute("axis", 1L));

        Assert.Single(graph.Output(Expert(graph, first), -1, 4).Find().Sites);
    }

    private static string Expert(GraphBuilder graph, string x) => graph.Linear(graph.Add("Relu", graph.Linear(x, 4, 8)), 8, 4);

    private static void Refused(GraphBuilder graph, string reason)
    {
        var search = graph.Find();
        Assert.Empty(search.Sites);
        Assert.Contains(search.Skipped, s => s.Reason.Contains(reason, StringComparison.Ordinal));
    }
}
