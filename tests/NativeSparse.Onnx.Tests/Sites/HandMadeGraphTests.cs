using NativeSparse.Onnx.Protobuf;
using Xunit;

namespace NativeSparse.Onnx.Tests;

/// <summary>Graphs that no exporter writes, or that one might.</summary>
public sealed class HandMadeGraphTests
{
    [Fact]
    public void Input_and_output_of_the_graph_may_be_those_of_the_network()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var y = graph.Linear(graph.Add("Relu", graph.Linear("x", 4, 8)), 8, 3);

        var site = Assert.Single(graph.Output(y, -1, 3).Find().Sites);

        Assert.Equal(("x", y, "relu", 4, 8, 3), (site.Input, site.Output, site.Activation, site.InputWidth, site.HiddenWidth, site.OutputWidth));
        Assert.True(site.HasUpBias && site.HasDownBias);
    }

    [Fact]
    public void Four_dimensions_and_a_bias_with_leading_ones()
    {
        var graph = new GraphBuilder(("x", [2, 3, 5, 4]));
        var up = graph.Add("Add", graph.Weight(1, 1, 8), graph.Add("MatMul", "x", graph.Weight(4, 8)));
        var y = graph.Add("MatMul", graph.Add("Tanh", up), graph.Weight(8, 4));

        var site = Assert.Single(graph.Output(y, 2, 3, 5, 4).Find().Sites);

        Assert.True(site.HasUpBias);
        Assert.False(site.HasDownBias);
    }

    [Fact]
    public void Gemm_factors_and_transposed_weights_are_part_of_the_weights()
    {
        var graph = new GraphBuilder(("x", [-1, 2]));
        var up = graph.Add(
            "Gemm", ["x", graph.Constant([1, 2, 3, 4, 5, 6], 3, 2), graph.Constant([1, 1, 1], 3)],
            GraphBuilder.Attribute("transB", 1L), GraphBuilder.Attribute("alpha", 0.5f), GraphBuilder.Attribute("beta", 2f));
        var y = graph.Add("Gemm", ["", "", ""]);
        graph.Graph.Node[^1].Input.Clear();
        graph.Graph.Node[^1].Input.AddRange([graph.Add("Relu", up), graph.Weight(3, 2)]);
        (graph.Graph.Node[^1], graph.Graph.Node[^2]) = (graph.Graph.Node[^2], graph.Graph.Node[^1]);

        var weights = Assert.Single(graph.Output(y, -1, 2).Find().Sites).ReadWeights();

        Assert.Equal([0.5f, 1.5f, 2.5f, 1f, 2f, 3f], weights.Up);
        Assert.Equal([2f, 2f, 2f], weights.UpBias!);
        Assert.Null(weights.DownBias);
    }

    [Fact]
    public void One_number_as_bias_is_a_bias_where_the_activation_needs_it_out_of_the_way()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var y = graph.Linear(graph.Add("Relu", graph.Add("Add", graph.Add("MatMul", "x", graph.Weight(4, 8)), graph.Scalar(0.25f))), 8, 4);

        var weights = Assert.Single(graph.Output(y, -1, 4).Find().Sites).ReadWeights();

        Assert.Equal(Enumerable.Repeat(0.25f, 8), weights.UpBias);
        Assert.Equal("relu", weights.Activation);
    }

    [Fact]
    public void A_hard_sigmoid_keeps_its_number()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var shifted = graph.Add("Add", graph.Linear("x", 4, 8), graph.Scalar(3));
        var y = graph.Linear(graph.Add("Div", graph.Add("Clip", shifted, graph.Scalar(0), graph.Scalar(6)), graph.Scalar(6)), 8, 4);

        Assert.Equal("hardsigmoid", Assert.Single(graph.Output(y, -1, 4).Find().Sites).Activation);
    }

    [Theory]
    [InlineData(new long[] { 3, 8 })]
    [InlineData(new long[] { 3, 1 })]
    [InlineData(new long[] { 1, 1, 1, 8 })]
    public void A_bias_of_another_shape_is_none(long[] shape)
    {
        var graph = new GraphBuilder(("x", [3, 4]));
        var up = graph.Add("Add", graph.Add("MatMul", "x", graph.Weight(4, 8)), graph.Weight(shape));
        var y = graph.Linear(graph.Add("Relu", up), 8, 4);

        var search = graph.Output(y, 3, 4).Find();

        Assert.Empty(search.Sites);
        Assert.Contains("vector", Assert.Single(search.Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_hidden_value_that_two_linears_read_is_left_dense()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var hidden = graph.Add("Relu", graph.Linear("x", 4, 8));
        graph.Output(graph.Linear(hidden, 8, 4), -1, 4).Output(graph.Linear(hidden, 8, 2), -1, 2);

        var search = graph.Find();

        Assert.Empty(search.Sites);
        Assert.Equal(2, search.Skipped.Count);
        Assert.All(search.Skipped, s => Assert.Contains("also read by", s.Reason, StringComparison.Ordinal));
    }

    [Fact]
    public void Two_linears_in_a_row_are_none()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var y = graph.Linear(graph.Add("Mul", graph.Linear("x", 4, 8), graph.Scalar(2)), 8, 4);

        var search = graph.Output(y, -1, 4).Find();

        Assert.Empty(search.Sites);
        Assert.Contains("no activation", Assert.Single(search.Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Flattening_features_and_positions_together_is_none()
    {
        var graph = new GraphBuilder(("x", [-1, 3, 4]));
        var flat = graph.Add("Reshape", graph.Add("Relu", graph.Linear("x", 4, 8)), graph.Integers(-1, 24));

        var search = graph.Output(graph.Linear(flat, 24, 4), -1, 4).Find();

        Assert.Empty(search.Sites);
        Assert.Single(search.Skipped);
    }

    [Fact]
    public void Sums_over_positions_are_none()
    {
        var graph = new GraphBuilder(("x", [2, 8, 4]));
        var mixed = graph.Add("Transpose", [graph.Add("Relu", graph.Linear("x", 4, 8))], GraphBuilder.Attribute("perm", 0, 2, 1));

        var search = graph.Output(graph.Linear(mixed, 8, 4), 2, 8, 4).Find();

        Assert.Empty(search.Sites);
        Assert.Contains("another axis", Assert.Single(search.Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Gate_and_up_that_read_different_values_are_none()
    {
        var graph = new GraphBuilder(("x", [-1, 4]), ("z", [-1, 4]));
        var hidden = graph.Add("Mul", graph.Add("Sigmoid", graph.Linear("x", 4, 8)), graph.Linear("z", 4, 8));

        var search = graph.Output(graph.Linear(hidden, 8, 4), -1, 4).Find();

        Assert.Empty(search.Sites);
        Assert.Contains("different values", Assert.Single(search.Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void A_sum_of_two_linears_behind_an_activation_is_none()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var sum = graph.Add("Relu", graph.Add("Add", graph.Linear("x", 4, 8), graph.Linear("x", 4, 8)));

        var search = graph.Output(graph.Linear(sum, 8, 4), -1, 4).Find();

        Assert.Empty(search.Sites);
        Assert.Contains("unknown activation", Assert.Single(search.Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void The_bias_inside_a_fused_normalization_is_not_the_networks()
    {
        var graph = new GraphBuilder(("x", [1, 3, 4]));
        var raw = graph.Add("MatMul", graph.Add("com.microsoft::BiasGelu", graph.Add("MatMul", "x", graph.Weight(4, 8)), graph.Weight(8)), graph.Weight(8, 4));
        var y = graph.Add("com.microsoft::SkipLayerNormalization", raw, "x", graph.Weight(4), graph.Weight(4), graph.Weight(4));

        var site = Assert.Single(graph.Output(y, 1, 3, 4).Find().Sites);

        Assert.Equal((raw, true, false, "gelu"), (site.Output, site.HasUpBias, site.HasDownBias, site.Activation));
    }

    [Fact]
    public void Weights_that_are_computed_or_missing_make_no_site()
    {
        var graph = new GraphBuilder(("x", [-1, 4]), ("w", [4, 8]));
        graph.Output(graph.Linear(graph.Add("Relu", graph.Add("MatMul", "x", "w")), 8, 4), -1, 4);
        Assert.Empty(graph.Find().Sites);

        var missing = new GraphBuilder(("x", [-1, 4]));
        missing.Output(missing.Linear(missing.Add("Relu", missing.Add("MatMul", "x", "nobody writes this")), 8, 4), -1, 4);
        Assert.Empty(FindOrRefuse(missing));
    }

    [Fact]
    public void Cyclic_graphs_end_in_an_answer_or_a_typed_exception()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var relu = graph.Add("Relu", "later");
        var sum = graph.Add("Add", relu, graph.Add("MatMul", relu, graph.Weight(4, 4)));
        graph.Graph.Node.Add(new NodeProto { OpType = "Mul", Input = { sum, relu }, Output = { "later" } });
        graph.Output(graph.Linear(graph.Add("Tanh", "later"), 4, 4), -1, 4);

        Assert.Empty(FindOrRefuse(graph));
    }

    [Fact]
    public void A_value_written_twice_is_refused()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var y = graph.Add("Relu", "x");
        graph.Graph.Node.Add(new NodeProto { OpType = "Tanh", Input = { "x" }, Output = { y } });

        Assert.Throws<ModelFormatException>(() => graph.Output(y, -1, 4).Find());
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Long_chains_take_linear_time_and_little_stack()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var value = graph.Linear("x", 4, 4);
        for (var i = 0; i < 20_000; i++)
        {
            value = graph.Add(i % 2 == 0 ? "Relu" : "Identity", value);
        }

        for (var i = 0; i < 2_000; i++)
        {
            value = graph.Add("Tanh", graph.Linear(value, 4, 4));
        }

        var search = graph.Output(graph.Linear(value, 4, 4), -1, 4).Find();

        Assert.Equal(1_000, search.Sites.Count);
    }

    private static IReadOnlyList<FeedForwardSite> FindOrRefuse(GraphBuilder graph)
    {
        try
        {
            return graph.Find().Sites;
        }
        catch (ModelFormatException exception)
        {
            Assert.NotEmpty(exception.Message);
            return [];
        }
    }
}
