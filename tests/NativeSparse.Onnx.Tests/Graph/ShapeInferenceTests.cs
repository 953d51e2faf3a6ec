using Xunit;

namespace NativeSparse.Onnx.Tests;

public sealed class ShapeInferenceTests
{
    [Fact]
    public void Half_of_the_last_dimension_is_computed_from_the_shape()
    {
        var graph = new GraphBuilder(("x", [-1, -2, 4]));
        var both = graph.Add("MatMul", "x", graph.Weight(4, 16));
        var width = graph.Add("Gather", graph.Add("Shape", both), graph.Index(2));
        var half = graph.Add("Div", graph.Add("Add", width, graph.Index(1)), graph.Index(2));

        var values = Infer(graph.Output(both, -1, -2, 16));

        Assert.Equal([null, null, 16], values[both].Shape!);
        Assert.Equal([8L], values[half].Elements!);
    }

    [Fact]
    public void Ranks_pass_through_movements()
    {
        var graph = new GraphBuilder(("x", [2, -1, 4]));
        var transposed = graph.Add("Transpose", ["x"], GraphBuilder.Attribute("perm", 0, 2, 1));
        var unsqueezed = graph.Add("Unsqueeze", transposed, graph.Integers(-1));
        var reshaped = graph.Add("Reshape", unsqueezed, graph.Integers(0, -1, 2, 2));
        var flat = graph.Add("Flatten", reshaped);
        var unknown = graph.Add("Compress", flat, "x");

        var values = Infer(graph);

        Assert.Equal([2, 4, null], values[transposed].Shape!);
        Assert.Equal([2, 4, null, 1], values[unsqueezed].Shape!);
        Assert.Equal([2, null, 2, 2], values[reshaped].Shape!);
        Assert.Equal(2, values[flat].Rank);
        Assert.Null(values[unknown].Shape);
    }

    private static Dictionary<string, GraphValue> Infer(GraphBuilder graph)
    {
        var model = graph.Load();
        var index = GraphIndex.Build(model.Proto);
        new ShapeInference(model.Tensors).Run(index);
        return index.Main.Values;
    }
}
