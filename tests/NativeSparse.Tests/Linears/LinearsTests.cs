using System.Numerics.Tensors;
using NativeSparse.Conversion;
using NativeSparse.Onnx;
using NativeSparse.Testing;
using NativeSparse.Tests.Models;
using Xunit;

namespace NativeSparse.Tests.Linears;

/// <summary>The linears outside the feed-forward networks as nodes of ours.</summary>
public sealed class LinearsTests : IDisposable
{
    private const int NovellaLinears = 13;
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nativesparse-tests-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData("float32", 1e-4)]
    [InlineData("bfloat16", 0.02)]
    [InlineData("int8", 0.06)]
    [InlineData("int4", 0.4)]
    public void Outputs_stay_near_those_of_the_model(string precision, double limit)
    {
        var inputs = Novella.Inputs(5, 19);
        using var dense = SparseEngine.Load(Novella.Path, new SparseOptions { Threads = 1 }, Token);
        using var engine = SparseEngine.Load(Novella.Path, new SparseOptions { Linears = precision, Threads = 1 }, Token);

        Assert.Equal(NovellaLinears, engine.Info.Sites.Count);
        Assert.All(engine.Info.Sites, site => Assert.Equal(("linear", precision), (site.Form, site.Precision)));
        Assert.Equal(6, engine.Info.Reasons.Count(reason => reason.Contains("the plan says none", StringComparison.Ordinal)));
        var (expected, actual) = (Logits(dense, inputs), Logits(engine, inputs));
        Assert.InRange(TensorPrimitives.Distance(expected, actual) / TensorPrimitives.Norm<float>(expected), precision == "float32" ? 0 : 1e-6, limit);
        Assert.Equal(actual, Logits(engine, inputs));
    }

    [Theory]
    [InlineData("float32", "none")]
    [InlineData("bfloat16", "dense")]
    [InlineData("int8", "dense")]
    [InlineData("int4", "none")]
    public void A_saved_file_gives_the_bits_of_the_model_in_memory(string precision, string form)
    {
        var output = Path.Combine(_folder.FullName, "out.onnx");
        var plan = ConversionPlan.ForEverySite(form) with { DefaultPrecision = precision, Linears = new LinearPlan { Precision = precision } };
        var report = ModelConverter.Convert(Novella.Path, output, plan, options: new SparseOptions { Threads = 1 }, cancellation: Token);

        Assert.True(report.Verified);
        Assert.Equal(NovellaLinears, report.Linears.Count);
        Assert.All(report.Linears, linear => Assert.True(linear.Precision == precision && linear.Bytes > 0));
        using var atLoad = SparseEngine.Load(Novella.Path, new SparseOptions { Plan = plan, Threads = 1 }, Token);
        using var saved = SparseEngine.Load(output, new SparseOptions { Threads = 1 }, Token);
        var inputs = Novella.Inputs(1, 17);
        Assert.True(ModelComparison.SameBits(atLoad.Run(inputs, Token), saved.Run(inputs, Token)));
        Assert.Equal(atLoad.Info.Sites.Select(site => site.Name).Order(), saved.Info.Sites.Select(site => site.Name).Order());
        Assert.Equal(NovellaLinears, saved.Info.Report!.Linears.Count);
        Assert.Throws<ConversionException>(() => SparseEngine.Load(output, new SparseOptions { Linears = "int8" }, Token));
    }

    [Fact]
    public void What_the_plan_excepts_stays_in_ONNX_Runtime()
    {
        var linears = new LinearPlan { Precision = "int8", Except = ["/lm_head/MatMul", "/transformer/h.0/*"] };
        using var engine = SparseEngine.Load(
            Novella.Path, new SparseOptions { Plan = new ConversionPlan { DefaultForm = "none", Linears = linears }, Threads = 1 }, Token);

        Assert.Equal(NovellaLinears - 3, engine.Info.Sites.Count);
        Assert.Equal(3, engine.Info.Reasons.Count(reason => reason.Contains("the plan excepts it", StringComparison.Ordinal)));
        var absent = new ConversionPlan { Linears = linears with { Except = ["nosuch"] } };
        Assert.Contains("'nosuch'", Assert.Throws<ConversionException>(() => SparseEngine.Load(Novella.Path, new SparseOptions { Plan = absent }, Token)).Message, StringComparison.Ordinal);
        Assert.Contains("int7", Assert.Throws<ConversionException>(() => SparseEngine.Load(Novella.Path, new SparseOptions { Linears = "int7" }, Token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_plan_and_its_short_forms_do_not_go_together()
    {
        var options = new SparseOptions { Plan = ConversionPlan.ForEverySite("dense"), Linears = "int8" };
        Assert.Contains("Linears", Assert.Throws<ArgumentException>(() => SparseEngine.Load(Novella.Path, options, Token)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void The_short_forms_are_the_plan_they_stand_for()
    {
        var inputs = Novella.Inputs(2, 9);
        var plan = ConversionPlan.ForEverySite("dense") with { DefaultPrecision = "int8", Linears = new LinearPlan { Precision = "int8" } };
        using var planned = SparseEngine.Load(Novella.Path, new SparseOptions { Plan = plan, Threads = 1 }, Token);
        using var asked = SparseEngine.Load(Novella.Path, new SparseOptions { Precision = "int8", Linears = "int8", Threads = 1 }, Token);

        Assert.Equal(NovellaLinears + 6, asked.Info.Sites.Count);
        Assert.True(ModelComparison.SameBits(planned.Run(inputs, Token), asked.Run(inputs, Token)));
    }

    [Fact]
    public void A_damaged_node_is_an_error_that_names_it()
    {
        var output = Path.Combine(_folder.FullName, "out.onnx");
        var plan = new ConversionPlan { DefaultForm = "none", Linears = new LinearPlan { Precision = "int8" } };
        ModelConverter.Convert(Novella.Path, output, plan, options: new SparseOptions { Threads = 1 }, cancellation: Token);
        foreach (var (place, what) in new[] { (1, "weight_0"), (2, "bias_0"), (3, "weight_0_scale") })
        {
            var model = OnnxModel.Load(output);
            var node = model.Proto.Graph.Node.First(node => node.OpType == "Linear");
            node.Input[place] = node.Input[place == 1 ? 3 : 1];
            var error = Assert.Throws<ModelFormatException>(() => SparseEngine.Load(model.ToBytes(), new SparseOptions { Threads = 1 }, Token));
            Assert.Equal(node.Name, error.Site);
            Assert.Contains(what, error.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void Sentences_keep_their_embeddings_at_int8()
    {
        var folder = SharedData.Folder("models", "all-MiniLM-L6-v2");
        Assert.SkipWhen(folder is null, SharedData.Absent);
        var model = Path.Combine(folder, "model.onnx");
        using var dense = SparseEngine.Load(model, new SparseOptions { Threads = 1 }, Token);
        using var engine = SparseEngine.Load(model, new SparseOptions { Precision = "int8", Linears = "int8", Threads = 1 }, Token);
        var random = new Random(7);
        long[] ids = [101, .. Enumerable.Range(0, 62).Select(_ => (long)random.Next(1000, 30000)), 102];
        var inputs = new Dictionary<string, IReadOnlyTensor>
        {
            ["input_ids"] = Tensor.Create(ids, [1, ids.Length]),
            ["attention_mask"] = Tensor.Create([.. ids.Select(_ => 1L)], [1, ids.Length]),
            ["token_type_ids"] = Tensor.Create(new long[ids.Length], [1, ids.Length]),
        };

        // Queries, keys and values of a layer are one node.
        Assert.Equal([384, 384, 384], OnnxModel.Load(model).FindLinears()[0].OutputWidths);
        var (expected, actual) = (First(dense, inputs), First(engine, inputs));
        Assert.InRange(TensorPrimitives.CosineSimilarity<float>(expected, actual), 0.995, 0.99999);
    }

    public void Dispose() => _folder.Delete(recursive: true);

    private static float[] Logits(SparseEngine engine, IReadOnlyDictionary<string, IReadOnlyTensor> inputs) =>
        TensorInputs.Singles(engine.Run(inputs, Token)["logits"])!;

    private static float[] First(SparseEngine engine, IReadOnlyDictionary<string, IReadOnlyTensor> inputs) =>
        TensorInputs.Singles(engine.Run(inputs, Token)[engine.OutputNames[0]])!;
}
