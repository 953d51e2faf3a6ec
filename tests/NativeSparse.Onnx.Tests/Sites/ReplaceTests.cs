using NativeSparse.Onnx.Protobuf;
using Xunit;

namespace NativeSparse.Onnx.Tests;

public sealed class ReplaceTests
{
    private static readonly ReplacementNode Node = new()
    {
        Domain = "tests",
        OpType = "Form",
        Name = "form",
        Constants = [ConstantTensor.Create("up", [1, 2], 2), null, ConstantTensor.Create("down", [3], 1), null],
        Attributes = new Dictionary<string, object> { ["activation"] = "relu", ["k"] = 3L, ["threshold"] = 0.5f },
    };

    [Fact]
    public void One_node_reads_x_writes_y_and_what_nobody_uses_is_gone()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var y = graph.Linear(graph.Add("Relu", graph.Linear("x", 4, 8)), 8, 4);
        var model = graph.Output(y, -1, 4).Load();

        model.Replace(model.FindFeedForwards().Sites[0], Node);

        var node = Assert.Single(model.Proto.Graph.Node);
        Assert.Equal(["x", "form.up", "", "form.down"], node.Input);
        Assert.Equal([y], node.Output);
        Assert.Equal(["form.up", "form.down"], model.Proto.Graph.Initializer.Select(i => i.Name));
        Assert.Contains(model.Proto.OpsetImport, o => o is { Domain: "tests", Version: 1 });
    }

    [Fact]
    public void What_others_read_stays()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var bias = graph.Weight(4);
        var hidden = graph.Add("Relu", graph.Linear("x", 4, 8));
        var y = graph.Add("Add", graph.Add("MatMul", hidden, graph.Weight(8, 4)), bias);
        var model = graph.Output(y, -1, 4).Output(graph.Add("Add", "x", bias), -1, 4).Load();
        var site = model.FindFeedForwards().Sites[0];
        model.Proto.Graph.Output.Add(GraphBuilder.Value(hidden, -1, 8));

        model.Replace(site, Node);

        Assert.Equal(["Add", "Add", "Form", "MatMul", "Relu"], model.Proto.Graph.Node.Select(n => n.OpType).Order());
        Assert.Contains(model.Proto.Graph.Initializer, i => i.Name == bias);
        Assert.Equal(5, model.Proto.Graph.Initializer.Count);
    }

    [Fact]
    public void A_site_is_replaced_once_and_names_must_be_new()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var first = graph.Linear(graph.Add("Relu", graph.Linear("x", 4, 8)), 8, 4);
        var second = graph.Linear(graph.Add("Tanh", graph.Linear(graph.Add("Sin", first), 4, 8)), 8, 4);
        var model = graph.Output(second, -1, 4).Load();
        var sites = model.FindFeedForwards().Sites;

        model.Replace(sites[0], Node);

        Assert.Throws<ArgumentException>(() => model.Replace(sites[0], Node with { Name = "again" }));
        Assert.Throws<ArgumentException>(() => model.Replace(sites[1], Node));
        Assert.Throws<ArgumentException>(() => model.Replace(sites[1], Node with { Name = "other", Attributes = new Dictionary<string, object> { ["k"] = new object() } }));
        model.Replace(sites[1], Node with { Name = "other" });
        Assert.Equal(["Form", "Sin", "Form"], model.Proto.Graph.Node.Select(n => n.OpType));
    }

    [Fact]
    public void Channels_are_moved_last_and_back()
    {
        var graph = new GraphBuilder(("x", [1, 4, 5, 6]));
        var hidden = graph.Add("Relu", graph.Add("Conv", "x", graph.Weight(8, 4, 1, 1), graph.Weight(8)));
        var y = graph.Add("Conv", hidden, graph.Weight(3, 8, 1, 1));
        var model = graph.Output(y, 1, 3, 5, 6).Load();

        model.Replace(model.FindFeedForwards().Sites[0], Node);

        Assert.Equal(["Transpose", "Form", "Transpose"], model.Proto.Graph.Node.Select(n => n.OpType));
        Assert.Equal([0L, 2, 3, 1], model.Proto.Graph.Node[0].Attribute[0].Ints);
        Assert.Equal([0L, 3, 1, 2], model.Proto.Graph.Node[2].Attribute[0].Ints);
        Assert.Equal([y], model.Proto.Graph.Node[2].Output);
    }

    [Fact]
    public void Shapes_of_inner_values_are_taken_from_the_new_node()
    {
        var graph = new GraphBuilder(("x", [-1, -2, 4]));
        var rows = graph.Add("Reshape", "x", graph.Integers(-1, 4));
        var up = graph.Add("Gemm", rows, graph.Weight(4, 8), graph.Weight(8));
        var leading = graph.Add("Slice", graph.Add("Shape", "x"), graph.Integers(0), graph.Integers(2));
        var hidden = graph.Add("Relu", graph.Add("Reshape", up, graph.Add("Concat", [leading, graph.Integers(8)], GraphBuilder.Attribute("axis", 0L))));
        var shape = graph.Add("Slice", graph.Add("Shape", hidden), graph.Integers(0), graph.Integers(2));
        var down = graph.Add("Gemm", graph.Add("Reshape", hidden, graph.Integers(-1, 8)), graph.Weight(8, 3), graph.Weight(3));
        var y = graph.Add("Reshape", down, graph.Add("Concat", [shape, graph.Integers(3)], GraphBuilder.Attribute("axis", 0L)));
        var model = graph.Output(y, -1, -2, 3).Load();

        model.Replace(model.FindFeedForwards().Sites[0], Node);

        Assert.DoesNotContain(model.Proto.Graph.Node, n => n.OpType is "Gemm" or "Relu");
        var written = model.Proto.Graph.Node.SelectMany(n => n.Output).Concat(model.Proto.Graph.Initializer.Select(i => i.Name)).Append("x").ToHashSet();
        Assert.All(model.Proto.Graph.Node.SelectMany(n => n.Input).Where(i => i.Length > 0), i => Assert.Contains(i, written));
    }

    [Fact]
    public void Nodes_of_a_domain_are_listed_and_stripped()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var y = graph.Linear(graph.Add("Relu", graph.Linear(graph.Add("Sin", "x"), 4, 8)), 8, 4);
        var model = graph.Output(y, -1, 4).Load();
        model.Replace(model.FindFeedForwards().Sites[0], Node);

        var found = Assert.Single(model.FindNodes("tests"));
        Assert.Equal(("form", "Form"), (found.Name, found.OpType));
        Assert.Equal([1f, 2f], found.Constants[0]!.ToSingles());
        Assert.Null(found.Constants[1]);
        Assert.Equal(("relu", 3L, 0.5f), ((string)found.Attributes["activation"], (long)found.Attributes["k"], (float)found.Attributes["threshold"]));

        model.StripConstants(found, new Dictionary<string, object> { ["site"] = "one" });

        var node = Assert.Single(model.Proto.Graph.Node, n => n.OpType == "Form");
        Assert.Single(node.Input);
        Assert.Equal("one", Assert.Single(node.Attribute).S.ToStringUtf8());
        Assert.Empty(model.Proto.Graph.Initializer);
        Assert.Equal(["Sin", "Form"], model.Proto.Graph.Node.Select(n => n.OpType));
    }

    [Fact]
    public void A_site_inside_an_if_keeps_its_weights_in_the_main_graph()
    {
        var graph = new GraphBuilder(("x", [-1, 4]));
        var inner = new GraphBuilder();
        var y = inner.Linear(inner.Add("Relu", inner.Linear("x", 4, 8)), 8, 4);
        inner.Output(y, -1, 4);
        var other = new GraphProto { Name = "other", Node = { new NodeProto { OpType = "Identity", Input = { "x" }, Output = { "z" } } }, Output = { GraphBuilder.Value("z", -1, 4) } };
        graph.Graph.Input.Add(new ValueInfoProto { Name = "condition" });
        var result = graph.Add(
            "If", ["condition"],
            new AttributeProto { Name = "then_branch", Type = AttributeProto.Types.AttributeType.Graph, G = inner.Graph },
            new AttributeProto { Name = "else_branch", Type = AttributeProto.Types.AttributeType.Graph, G = other });
        var model = graph.Output(result, -1, 4).Load();

        model.Replace(Assert.Single(model.FindFeedForwards().Sites), Node);

        var body = model.Proto.Graph.Node[0].Attribute[0].G;
        Assert.Equal(["x", "form.up", "", "form.down"], Assert.Single(body.Node).Input);
        Assert.Empty(body.Initializer);
        Assert.Equal(["form.up", "form.down"], model.Proto.Graph.Initializer.Select(i => i.Name));
    }
}
