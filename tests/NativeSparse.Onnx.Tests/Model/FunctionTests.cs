using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Onnx.Protobuf;
using Xunit;
using AttributeType = NativeSparse.Onnx.Protobuf.AttributeProto.Types.AttributeType;

namespace NativeSparse.Onnx.Tests.Model;

public sealed class FunctionTests
{
    [Fact]
    [Trait("Needs", "OnnxRuntime")]
    public void A_call_becomes_the_functions_nodes_under_unique_names()
    {
        var model = Calling(SampleModels.Node("F", ["x"], ["m"], "f1", "local"), SampleModels.Node("F", ["m"], ["y"], "f2", "local"));
        Add(model, "F", ["a"], ["c"], SampleModels.Node("Exp", ["a"], ["b"]), SampleModels.Node("Neg", ["b"], ["c"]));
        var graph = Inlined(model);
        Assert.Equal(["Exp", "Neg", "Exp", "Neg"], graph.Node.Select(node => node.OpType));
        Assert.Equal(["f1/b", "m", "f2/b", "y"], graph.Node.Select(node => node.Output[0]));
        Assert.Equal(graph.Node.Count, graph.Node.Select(node => node.Name).Distinct().Count());
        SameAsOnnxRuntime(model);
    }

    [Fact]
    [Trait("Needs", "OnnxRuntime")]
    public void Nested_calls_are_inlined()
    {
        var model = Calling(SampleModels.Node("Outer", ["x"], ["y"], "call", "local"));
        Add(model, "Inner", ["a"], ["b"], SampleModels.Node("Neg", ["a"], ["b"]));
        Add(model, "Outer", ["a"], ["c"], SampleModels.Node("Inner", ["a"], ["b"], "i", "local"), SampleModels.Node("Inner", ["b"], ["c"], "j", "local"));
        Assert.Equal(["Neg", "Neg"], Inlined(model).Node.Select(node => node.OpType));
        SameAsOnnxRuntime(model);
    }

    [Fact]
    [Trait("Needs", "OnnxRuntime")]
    public void Attributes_come_from_the_call_then_the_default_else_disappear()
    {
        var model = Calling(SampleModels.Node("F", ["x"], ["m"], "f1", "local", SampleModels.Attribute("slope", 0.5f)), SampleModels.Node("F", ["m"], ["y"], "f2", "local"));
        var function = Add(
            model,
            "F",
            ["a"],
            ["c"],
            SampleModels.Node("LeakyRelu", ["a"], ["b"], "", "", SampleModels.Reference("alpha", "slope", AttributeType.Float)),
            SampleModels.Node("Elu", ["b"], ["c"], "", "", SampleModels.Reference("alpha", "absent", AttributeType.Float)));
        function.Attribute.Add("absent");
        function.AttributeProto.Add(SampleModels.Attribute("slope", 0.25f));
        var graph = Inlined(model);
        Assert.Equal([0.5f, 0.25f], graph.Node.Where(node => node.OpType == "LeakyRelu").Select(node => Assert.Single(node.Attribute).F));
        Assert.All(graph.Node.Where(node => node.OpType == "Elu"), node => Assert.Empty(node.Attribute));
        SameAsOnnxRuntime(model);
    }

    [Fact]
    [Trait("Needs", "OnnxRuntime")]
    public void An_attribute_passes_through_nested_calls()
    {
        var model = Calling(SampleModels.Node("Outer", ["x"], ["y"], "call", "local", SampleModels.Attribute("k", 0.125f)));
        Add(model, "Inner", ["a"], ["b"], SampleModels.Node("LeakyRelu", ["a"], ["b"], "", "", SampleModels.Reference("alpha", "s", AttributeType.Float))).Attribute.Add("s");
        Add(model, "Outer", ["a"], ["b"], SampleModels.Node("Inner", ["a"], ["b"], "", "local", SampleModels.Reference("s", "k", AttributeType.Float))).Attribute.Add("k");
        Assert.Equal(0.125f, Assert.Single(Assert.Single(Inlined(model).Node).Attribute).F);
        SameAsOnnxRuntime(model);
    }

    [Fact]
    public void Missing_optional_inputs_and_outputs_stay_missing()
    {
        var model = Calling(SampleModels.Node("F", ["x"], ["", "y"], "f", "local"));
        Add(model, "F", ["a", "low"], ["unused", "c"], SampleModels.Node("Clip", ["a", "low"], ["c"]), SampleModels.Node("Neg", ["a"], ["unused"]));
        var graph = Inlined(model);
        Assert.Equal(["x", ""], graph.Node[0].Input);
        Assert.Equal("y", graph.Node[0].Output[0]);
        Assert.Equal("f/unused", graph.Node[1].Output[0]);
    }

    [Fact]
    [Trait("Needs", "OnnxRuntime")]
    public void An_output_that_is_an_input_is_copied()
    {
        var model = Calling(SampleModels.Node("F", ["x"], ["m", "y"], "f", "local"));
        Add(model, "F", ["a"], ["a", "c"], SampleModels.Node("Neg", ["a"], ["c"]));
        Assert.Equal(["Neg", "Identity"], Inlined(model).Node.Select(node => node.OpType));
        model.Graph.Output[0].Name = "m";
        using var options = Session.Options();
        using var session = new InferenceSession(SampleModels.Load(model).ToBytes(), options);
        Assert.Equal([-0.75f, 0.5f], Session.Run(session, ("x", [-0.75f, 0.5f])));
    }

    [Fact]
    [Trait("Needs", "OnnxRuntime")]
    public void Subgraphs_inside_functions_are_renamed_and_their_captures_bound()
    {
        var then = SampleModels.Graph([], ["t"], SampleModels.Node("Inner", ["a"], ["t"], "in", "local"));
        var other = SampleModels.Graph([], ["t"], SampleModels.Node("Abs", ["a"], ["t"]));
        then.Name = "then";
        other.Name = "else";
        var model = Calling(SampleModels.Node("F", ["x"], ["m"], "f1", "local"), SampleModels.Node("F", ["m"], ["y"], "f2", "local"));
        Add(model, "Inner", ["a"], ["b"], SampleModels.Node("Neg", ["a"], ["b"]));
        Add(
            model,
            "F",
            ["a"],
            ["c"],
            SampleModels.Node("ReduceMax", ["a"], ["max"], "", "", SampleModels.Attribute("keepdims", 0)),
            SampleModels.Node("Cast", ["max"], ["flag"], "", "", SampleModels.Attribute("to", (long)TensorProto.Types.DataType.Bool)),
            SampleModels.Node("If", ["flag"], ["c"], "", "", SampleModels.Attribute("then_branch", then), SampleModels.Attribute("else_branch", other)));
        var branches = Inlined(model).Node.Where(node => node.OpType == "If").SelectMany(GraphWalk.Subgraphs).ToList();
        Assert.Equal(["x", "x", "m", "m"], branches.Select(branch => branch.Node[0].Input[0]));
        Assert.Equal(["Neg", "Abs", "Neg", "Abs"], branches.Select(branch => branch.Node[0].OpType));
        Assert.Equal(4, branches.Select(branch => branch.Output[0].Name).Distinct().Count());
        SameAsOnnxRuntime(model);
    }

    [Fact]
    public void A_call_inside_a_subgraph_of_the_model_is_inlined()
    {
        var body = SampleModels.Graph([], ["b"], SampleModels.Node("F", ["x"], ["b"], "f", "local"));
        var model = SampleModels.Model(SampleModels.Graph(["x", "c"], ["y"], SampleModels.Node("If", ["c"], ["y"], "if", "", SampleModels.Attribute("then_branch", body))));
        Add(model, "F", ["a"], ["c"], SampleModels.Node("Neg", ["a"], ["c"]));
        Assert.Equal("Neg", Inlined(model).Node[0].Attribute[0].G.Node[0].OpType);
    }

    [Fact]
    public void Opsets_of_called_functions_are_merged()
    {
        var model = Calling(SampleModels.Node("F", ["x"], ["y"], "f", "local"));
        var function = Add(model, "F", ["a"], ["c"], SampleModels.Node("Gelu", ["a"], ["c"], "", "com.microsoft"));
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "ai.onnx", Version = 3 });
        Add(model, "NeverCalled", ["a"], ["c"], SampleModels.Node("Neg", ["a"], ["c"])).OpsetImport[0].Version = 3;
        var loaded = SampleModels.Load(model).Proto;
        Assert.Contains(loaded.OpsetImport, import => import is { Domain: "com.microsoft", Version: 1 });
        Assert.Contains(loaded.OpsetImport, import => import is { Domain: "", Version: 17 });
    }

    [Fact]
    public void An_opset_conflict_names_function_domain_and_versions()
    {
        var model = Calling(SampleModels.Node("F", ["x"], ["y"], "f", "local"));
        Add(model, "F", ["a"], ["c"], SampleModels.Node("Neg", ["a"], ["c"])).OpsetImport[0].Version = 3;
        var error = Assert.Throws<ModelFormatException>(() => SampleModels.Load(model));
        Assert.Equal("local::F", error.Site);
        Assert.Contains("version 3, the model imports 17", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_function_that_calls_itself_is_refused()
    {
        var model = Calling(SampleModels.Node("F", ["x"], ["y"], "f", "local"));
        Add(model, "F", ["a"], ["c"], SampleModels.Node("G", ["a"], ["c"], "", "local"));
        Add(model, "G", ["a"], ["c"], SampleModels.Node("F", ["a"], ["c"], "", "local"));
        Assert.Contains("calls itself", Assert.Throws<ModelFormatException>(() => SampleModels.Load(model)).Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData(2, 60, "makes more than")]
    [InlineData(1, 200, "deeper")]
    [InlineData(1, 20000, "deeper")]
    public void Functions_that_explode_are_refused(int calls, int levels, string expected)
    {
        var model = Calling(SampleModels.Node("F0", ["x"], ["y"], "f", "local"));
        for (var level = 0; level < levels; level++)
        {
            var nodes = Enumerable.Range(0, calls).Select(i => SampleModels.Node($"F{level + 1}", ["a"], [$"c{i}"], "", "local")).ToArray();
            Add(model, $"F{level}", ["a"], ["c0"], nodes);
        }

        Add(model, $"F{levels}", ["a"], ["c0"], SampleModels.Node("Neg", ["a"], ["c0"]));
        Assert.Contains(expected, Assert.Throws<ModelFormatException>(() => SampleModels.Load(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_body_that_reads_what_it_does_not_define_is_refused()
    {
        var model = Calling(SampleModels.Node("F", ["x"], ["y"], "f", "local"));
        Add(model, "F", ["a"], ["c"], SampleModels.Node("Add", ["a", "x"], ["c"]));
        Assert.Contains("'x', which it does not define", Assert.Throws<ModelFormatException>(() => SampleModels.Load(model)).Message, StringComparison.Ordinal);
    }

    private static ModelProto Calling(params NodeProto[] nodes)
    {
        var model = SampleModels.Model(SampleModels.Graph(["x"], ["y"], nodes));
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "local", Version = 1 });
        return model;
    }

    private static FunctionProto Add(ModelProto model, string name, string[] inputs, string[] outputs, params NodeProto[] nodes)
    {
        var function = new FunctionProto { Name = name, Domain = "local" };
        function.Input.AddRange(inputs);
        function.Output.AddRange(outputs);
        function.Node.AddRange(nodes);
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = 17 });
        function.OpsetImport.Add(new OperatorSetIdProto { Domain = "local", Version = 1 });
        model.Functions.Add(function);
        return function;
    }

    private static GraphProto Inlined(ModelProto model)
    {
        var loaded = SampleModels.Load(model).Proto;
        Assert.Empty(loaded.Functions);
        return loaded.Graph;
    }

    private static void SameAsOnnxRuntime(ModelProto model)
    {
        using var options = Session.Options();
        using var before = new InferenceSession(model.ToByteArray(), options);
        using var after = new InferenceSession(SampleModels.Load(model).ToBytes(), options);
        float[] x = [-0.75f, 0.5f];
        Assert.Equal(Session.Run(before, ("x", x)), Session.Run(after, ("x", x)));
    }
}
