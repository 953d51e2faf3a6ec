using NativeSparse.Onnx.Protobuf;
using Xunit;

namespace NativeSparse.Onnx.Tests;

public sealed class ReplaceLinearsTests
{
    [Fact]
    public void One_node_writes_what_each_linear_of_a_value_wrote()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var query = graph.Linear("x", 4, 6);
        var key = graph.Add("MatMul", "x", graph.Weight(4, 5));
        var shape = graph.Add("Shape", graph.Graph.Node[0].Output[0]);
        var model = graph.Output(query, -1, 6).Output(key, -1, 5).Output(shape, 2).Load();

        var site = Assert.Single(model.FindLinears());
        Assert.Equal([query, key], site.Outputs);
        Assert.Equal((null, "float32"), (site.Obstacle, site.ValueType));
        var weights = site.ReadWeights();
        Assert.Equal([6, 5], weights.Select(w => w.OutputWidth));
        Assert.Equal([6, null], weights.Select(w => w.Bias?.Length));
        model.Replace(site, StandardOperators.Node(site, "replaced"));

        Assert.Equal(["Linear", "Shape"], model.Proto.Graph.Node.Select(node => node.OpType));
        Assert.Equal([query, key], model.Proto.Graph.Node[0].Output);
        Assert.Equal([query], model.Proto.Graph.Node[1].Input);
        Assert.Equal(["replaced.weight_0", "replaced.bias_0", "replaced.weight_1"], model.Proto.Graph.Initializer.Select(tensor => tensor.Name));
        Assert.Throws<ArgumentException>(() => model.Replace(site, new ReplacementNode { Domain = "tests", OpType = "Linear", Name = "again" }));
    }

    [Fact]
    public void A_value_before_the_bias_that_others_read_stays()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var product = graph.Add("MatMul", "x", graph.Weight(4, 6));
        var model = graph.Output(graph.Add("Add", product, graph.Weight(6)), -1, 6).Output(graph.Add("Sin", product), -1, 6).Load();

        var site = Assert.Single(model.FindLinears());
        Assert.Equal([product], site.Outputs);
        Assert.Null(site.ReadWeights()[0].Bias);
    }

    [Fact]
    public void Linears_of_different_graphs_and_kinds_are_different_groups()
    {
        var graph = new GraphBuilder(("x", [2, 4]));
        var then = new GraphProto { Name = "then", Node = { new NodeProto { OpType = "MatMul", Name = "inner", Input = { "x", graph.Weight(4, 3) }, Output = { "inner_y" } } } };
        then.Output.Add(GraphBuilder.Untyped("inner_y"));
        var otherwise = new GraphProto { Name = "else", Node = { new NodeProto { OpType = "Relu", Input = { "x" }, Output = { "relu_y" } } } };
        otherwise.Output.Add(GraphBuilder.Untyped("relu_y"));
        var outer = graph.Add("MatMul", "x", graph.Weight(4, 3));
        var left = graph.Add("MatMul", graph.Weight(5, 2), "x");
        var condition = graph.Add("Less", graph.Add("ReduceMax", "x"), graph.Scalar(0));
        var chosen = graph.Add("If", [condition], new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = then },
            new AttributeProto { Name = "else_branch", Type = AttributeProto.Types.AttributeType.Graph, G = otherwise });
        var model = graph.Output(outer, 2, 3).Output(left, 5, 4).Output(chosen).Load();

        var sites = model.FindLinears();
        Assert.Equal(3, sites.Count);
        var obstacle = Assert.Single(sites, site => site.Obstacle is not null);
        Assert.Equal([left], obstacle.Outputs);
        Assert.Contains("last axis", Assert.Throws<ArgumentException>(() => model.Replace(obstacle, StandardOperators.Node(obstacle, "left"))).Message, StringComparison.Ordinal);
        foreach (var site in sites.Where(site => site.Obstacle is null))
        {
            model.Replace(site, StandardOperators.Node(site, $"replaced {site.Name}"));
        }

        var branches = model.Proto.Graph.Node.Single(node => node.OpType == "If").Attribute;
        Assert.Equal("Linear", Assert.Single(branches.Single(branch => branch.Name == "then_branch").G.Node).OpType);
        Assert.Contains(model.Proto.Graph.Node, node => node.OpType == "Linear" && node.Output[0] == outer);
    }

    [Fact]
    public void Two_initializers_of_one_name_are_refused()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var model = graph.Output(graph.Linear("x", 4, 6), -1, 6).Load();
        model.Proto.Graph.Initializer.Add(model.Proto.Graph.Initializer[0].Clone());

        Assert.Contains(model.Proto.Graph.Initializer[0].Name, Assert.Throws<ModelFormatException>(model.FindLinears).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Half_precision_is_cast_around_the_node()
    {
        var graph = new GraphBuilder();
        graph.Graph.Input.Add(GraphBuilder.Untyped("x"));
        graph.Graph.Initializer.Add(new TensorProto
        {
            Name = "w",
            DataType = (int)TensorProto.Types.DataType.Float16,
            Dims = { 2, 3 },
            RawData = Google.Protobuf.ByteString.CopyFrom(new byte[12]),
        });
        var y = graph.Add("MatMul", "x", "w");
        graph.Graph.Output.Add(GraphBuilder.Untyped(y));
        var model = graph.Load();

        var site = Assert.Single(model.FindLinears());
        model.Replace(site, StandardOperators.Node(site, "replaced"));

        Assert.Equal(["Cast", "Linear", "Cast"], model.Proto.Graph.Node.Select(node => node.OpType));
        Assert.Equal((1L, 10L), (model.Proto.Graph.Node[0].Attribute[0].I, model.Proto.Graph.Node[2].Attribute[0].I));
        Assert.Equal(y, model.Proto.Graph.Node[2].Output[0]);
    }
}
