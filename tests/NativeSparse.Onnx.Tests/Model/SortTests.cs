using NativeSparse.Onnx.Protobuf;
using Xunit;

namespace NativeSparse.Onnx.Tests.Model;

public sealed class SortTests
{
    [Fact]
    public void Nodes_come_after_what_they_read_and_else_keep_their_order()
    {
        var graph = SampleModels.Graph(
            ["x"],
            ["d", "e"],
            SampleModels.Node("Relu", ["c"], ["d"], "d"),
            SampleModels.Node("Relu", ["x"], ["e"], "e"),
            SampleModels.Node("Relu", ["b"], ["c"], "c"),
            SampleModels.Node("Relu", ["x"], ["a"], "a"),
            SampleModels.Node("Relu", ["a"], ["b"], "b"));
        Assert.Equal(["e", "a", "b", "c", "d"], Names(SampleModels.Load(SampleModels.Model(graph)).Proto.Graph));
    }

    [Fact]
    public void A_sorted_graph_is_left_alone()
    {
        var model = SampleModels.Chain(20, 1);
        Assert.Equal(model, SampleModels.Load(model).Proto);
    }

    [Fact]
    public void What_a_subgraph_captures_is_read_by_its_owner_through_two_levels()
    {
        var inner = SampleModels.Graph([], ["i"], SampleModels.Node("Relu", ["late"], ["i"]));
        var outer = SampleModels.Graph([], ["o"], SampleModels.Node("If", ["flag"], ["o"], "", "", SampleModels.Attribute("then_branch", inner)));
        var graph = SampleModels.Graph(
            ["x", "flag"],
            ["y"],
            SampleModels.Node("If", ["flag"], ["y"], "if", "", SampleModels.Attribute("then_branch", outer)),
            SampleModels.Node("Relu", ["x"], ["late"], "relu"));
        Assert.Equal(["relu", "if"], Names(SampleModels.Load(SampleModels.Model(graph)).Proto.Graph));
    }

    [Fact]
    public void A_name_the_subgraph_defines_itself_is_no_capture()
    {
        var body = SampleModels.Graph(["s"], ["s2"], SampleModels.Node("Relu", ["s"], ["s2"]));
        var graph = SampleModels.Graph(
            ["x"],
            ["s"],
            SampleModels.Node("Loop", ["", "", "x"], ["l"], "loop", "", SampleModels.Attribute("body", body)),
            SampleModels.Node("Relu", ["l"], ["s"], "relu"));
        Assert.Equal(["loop", "relu"], Names(SampleModels.Load(SampleModels.Model(graph)).Proto.Graph));
    }

    [Fact]
    public void Subgraphs_are_sorted_too()
    {
        var body = SampleModels.Graph([], ["b"], SampleModels.Node("Relu", ["a"], ["b"], "second"), SampleModels.Node("Relu", ["x"], ["a"], "first"));
        var graph = SampleModels.Graph(["x", "c"], ["y"], SampleModels.Node("If", ["c"], ["y"], "if", "", SampleModels.Attribute("then_branch", body)));
        var sorted = SampleModels.Load(SampleModels.Model(graph)).Proto.Graph.Node[0].Attribute[0].G;
        Assert.Equal(["first", "second"], Names(sorted));
    }

    [Fact]
    public void A_cycle_is_refused_and_names_a_node_of_it()
    {
        var graph = SampleModels.Graph(
            ["x"],
            ["y"],
            SampleModels.Node("Relu", ["p"], ["y"], "behind"),
            SampleModels.Node("Add", ["x", "q"], ["p"], "one"),
            SampleModels.Node("Relu", ["p"], ["q"], "two"));
        var error = Assert.Throws<ModelFormatException>(() => SampleModels.Load(SampleModels.Model(graph)));
        Assert.True(error.Site is "one" or "two");
        Assert.Contains("cycle", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cycle_through_a_subgraph_is_refused()
    {
        var body = SampleModels.Graph([], ["b"], SampleModels.Node("Relu", ["y"], ["b"]));
        var graph = SampleModels.Graph(["c"], ["y"], SampleModels.Node("If", ["c"], ["y"], "if", "", SampleModels.Attribute("then_branch", body)));
        Assert.Equal("if", Assert.Throws<ModelFormatException>(() => SampleModels.Load(SampleModels.Model(graph))).Site);
    }

    [Fact]
    public void A_value_defined_twice_is_refused()
    {
        var graph = SampleModels.Graph(["x"], ["y"], SampleModels.Node("Relu", ["x"], ["y"], "a"), SampleModels.Node("Abs", ["x"], ["y"], "b"));
        Assert.Equal("b", Assert.Throws<ModelFormatException>(() => SampleModels.Load(SampleModels.Model(graph))).Site);
    }

    private static string[] Names(GraphProto graph) => graph.Node.Select(node => node.Name).ToArray();
}
