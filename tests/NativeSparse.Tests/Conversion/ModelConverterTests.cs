using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using System.Text.Json;
using System.Text.Json.Nodes;
using NativeSparse.Calibration;
using NativeSparse.Conversion;
using NativeSparse.Onnx;
using NativeSparse.Tests.Models;
using Xunit;
using SitePlan = NativeSparse.Conversion.SitePlan;

namespace NativeSparse.Tests.Conversion;

public sealed class ModelConverterTests : IDisposable
{
    private static readonly ConversionPlan Contiguous =
        ConversionPlan.ForEverySite("experts", "contiguous", new JsonObject { ["experts"] = 16, ["active"] = 0.5 });

    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nativesparse-tests-");

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public void Dispose() => _folder.Delete(recursive: true);

    [Fact]
    public void A_saved_model_gives_the_bits_of_the_converted_one()
    {
        var output = Path.Combine(_folder.FullName, "out.onnx");
        var report = ModelConverter.Convert(Novella.Path, output, Contiguous, options: new SparseOptions { Threads = 1 }, cancellation: Token);
        Assert.True(report.Verified);
        Assert.Equal(6, report.Sites.Count);
        Assert.Equal(new FileInfo(output).Length, report.Bytes);
        Assert.Contains("6 sites are stored as float16 there and as float32 here", Assert.Single(report.Notes), StringComparison.Ordinal);
        Assert.Equal(["out.onnx"], _folder.GetFileSystemInfos().Select(entry => entry.Name));

        using var atLoad = SparseEngine.Load(Novella.Path, new SparseOptions { Plan = Contiguous, Threads = 1 }, Token);
        using var saved = SparseEngine.Load(output, new SparseOptions { Threads = 1 }, Token);
        var inputs = Novella.Inputs(1, 17);
        Assert.True(ModelComparison.SameBits(atLoad.Run(inputs, Token), saved.Run(inputs, Token)));
        Assert.Equal(6, saved.Info.Report!.Sites.Count);
    }

    [Theory]
    [InlineData("contiguous", "refit")]
    [InlineData("contiguous", "copies")]
    [InlineData("dynamic-dino", "active")]
    public void An_option_that_the_converter_does_not_read_is_an_error(string converter, string option)
    {
        var plan = ConversionPlan.ForEverySite("experts", converter, new JsonObject { [option] = option == "refit" ? false : 1 });
        var error = Assert.Throws<ConversionException>(() => ModelConverter.Convert(Novella.Path, Path.Combine(_folder.FullName, "out.onnx"), plan, cancellation: Token));
        Assert.Contains($"'{converter}'", error.Message, StringComparison.Ordinal);
        Assert.Contains($"option '{option}'", error.Message, StringComparison.Ordinal);
        Assert.Equal("experts", error.Form);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void Calibrated_experts_are_better_than_random_ones()
    {
        var data = new CalibrationData { Batches = [.. Enumerable.Range(0, 10).Select(i => Novella.Inputs(i, 128))] };
        SitePlan Experts(string name) => new() { Name = name, Form = "experts", Options = new JsonObject { ["experts"] = 32, ["active"] = 0.25 } };
        var plan = new ConversionPlan { DefaultForm = "none", Sites = [Experts("/transformer/h.0/*"), Experts("/transformer/h.5/*")] };
        var output = Path.Combine(_folder.FullName, "fitted.onnx");
        var report = ModelConverter.Convert(Novella.Path, output, plan, data, cancellation: Token);
        Assert.Equal(8 * 128, report.CalibrationTokens);
        Assert.Equal(2 * 128, report.HeldOutTokens);
        Assert.NotNull(report.Model!.Cosine);
        Assert.Equal(2, report.Sites.Count);
        foreach (var site in report.Sites)
        {
            Assert.True(site.Error < site.RandomRouterError!.Mean - (2 * site.RandomRouterError.Sd), $"{site}");
            Assert.True(site.Error < site.RandomSplitError!.Mean - (2 * site.RandomSplitError.Sd), $"{site}");
        }
    }

    [Fact]
    public void A_method_that_needs_no_data_is_judged_too_and_said_to_be_no_better_than_chance_where_it_is_not()
    {
        var data = new CalibrationData { Batches = [.. Enumerable.Range(0, 5).Select(i => Novella.Inputs(i, 128))] };
        var output = Path.Combine(_folder.FullName, "judged.onnx");
        var report = ModelConverter.Convert(Novella.Path, output, Contiguous, data, cancellation: Token);
        Assert.Equal(4 * 128, report.CalibrationTokens);
        Assert.Equal(128, report.HeldOutTokens);
        Assert.False(report.Model!.OnMadeUpInputs);
        foreach (var site in report.Sites)
        {
            foreach (var (chance, name) in new[] { (site.RandomSplitError!, "random splits"), (site.RandomRouterError!, "a random router") })
            {
                Assert.Equal(site.Error > chance.Mean - chance.Sd, site.Notes.Any(note => note.StartsWith($"no better than {name}", StringComparison.Ordinal)));
            }
        }

        Assert.Contains(report.Sites, site => site.Notes.Any(note => note.StartsWith("no better than", StringComparison.Ordinal)));
    }

    [Fact]
    public void Inputs_to_judge_on_alone_measure_a_method_that_needs_no_data_and_change_nothing()
    {
        var data = new CalibrationData { Batches = [], HeldOut = [Novella.Inputs(1, 64)] };
        var (judged, plain) = (Path.Combine(_folder.FullName, "judged.onnx"), Path.Combine(_folder.FullName, "plain.onnx"));

        var report = ModelConverter.Convert(Novella.Path, judged, Contiguous, data, new SparseOptions { Threads = 1 }, Token);
        ModelConverter.Convert(Novella.Path, plain, Contiguous, options: new SparseOptions { Threads = 1 }, cancellation: Token);

        Assert.Equal((0, 64), (report.CalibrationTokens, report.HeldOutTokens));
        Assert.All(report.Sites, site => Assert.InRange(site.Error ?? double.NaN, 0.01, 1));
        Assert.All(report.Sites, site => Assert.Null(site.RandomRouterError));
        using var first = SparseEngine.Load(judged, new SparseOptions { Threads = 1 }, Token);
        using var second = SparseEngine.Load(plain, new SparseOptions { Threads = 1 }, Token);
        Assert.True(ModelComparison.SameBits(first.Run(Novella.Inputs(2, 9), Token), second.Run(Novella.Inputs(2, 9), Token)));
    }

    [Fact]
    public void A_site_that_the_model_does_not_have_is_named_with_those_it_has()
    {
        var plan = new ConversionPlan { Sites = [new SitePlan { Name = "/nosuch/ffn", Form = "dense" }] };
        var exception = Assert.Throws<ConversionException>(() => Convert(plan));
        Assert.Contains("/nosuch/ffn", exception.Message, StringComparison.Ordinal);
        Assert.Contains("/transformer/h.0/mlp/ffn", exception.Message, StringComparison.Ordinal);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void A_fit_without_data_says_what_is_missing()
    {
        var exception = Assert.Throws<ConversionException>(() => Convert(ConversionPlan.ForEverySite("experts")));
        Assert.Contains("calibration", exception.Message, StringComparison.Ordinal);
        Assert.NotNull(exception.Site);
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Theory]
    [InlineData("dense", null, "int8")]
    [InlineData("dense", null, "int4")]
    [InlineData("experts", "contiguous", "int8")]
    [InlineData("experts", "contiguous", "int4")]
    public void Weights_that_a_precision_cannot_hold_are_an_error_that_names_site_and_weight(string form, string? converter, string precision)
    {
        var model = Path.Combine(_folder.FullName, "model.onnx");
        File.WriteAllBytes(model, WithOneWeight(Half.NaN));
        var plan = ConversionPlan.ForEverySite(form, converter) with { DefaultPrecision = precision };

        var error = Assert.Throws<ConversionException>(() => ModelConverter.Convert(model, Path.Combine(_folder.FullName, "out.onnx"), plan, cancellation: Token));

        Assert.Contains($"cannot be held at {precision}", error.Message, StringComparison.Ordinal);
        Assert.Contains("is NaN", error.Message, StringComparison.Ordinal);
        Assert.NotNull(error.Site);
        Assert.Equal(form, error.Form);
        Assert.Equal(["model.onnx"], _folder.GetFileSystemInfos().Select(entry => entry.Name));
    }

    [Fact]
    public void A_report_of_numbers_that_are_none_is_json_without_them()
    {
        var report = new ConversionReport { Model = new ModelReport { Cosine = double.NaN, MaxAbs = 1, Dense = double.PositiveInfinity } };
        var json = JsonSerializer.Serialize(report, ConversionJson.Default.ConversionReport);
        var read = JsonSerializer.Deserialize(json, ConversionJson.Default.ConversionReport)!;
        Assert.Null(read.Model!.Cosine);
        Assert.Null(read.Model.Dense);
        Assert.Equal(1, read.Model.MaxAbs);
    }

    [Fact]
    public void The_input_is_not_overwritten_through_a_link()
    {
        var model = Path.Combine(_folder.FullName, "model.onnx");
        File.Copy(Novella.Path, model);
        File.CreateSymbolicLink(Path.Combine(_folder.FullName, "link.onnx"), model);
        Assert.Throws<ConversionException>(() =>
            ModelConverter.Convert(Path.Combine(_folder.FullName, "link.onnx"), model, Contiguous, cancellation: Token));
        Assert.Equal(new FileInfo(Novella.Path).Length, new FileInfo(model).Length);
    }

    [Fact]
    public void The_weights_of_the_input_are_not_overwritten()
    {
        var model = Path.Combine(_folder.FullName, "model.onnx");
        OnnxModel.Load(Novella.Path).Save(
            Path.Combine(_folder.FullName, "first.onnx"), new SaveOptions { ExternalDataThreshold = 0 }, Token);
        File.Move(Path.Combine(_folder.FullName, "first.onnx"), model);
        foreach (var output in new[] { "first.onnx", "first.onnx.data" })
        {
            var exception = Assert.Throws<ConversionException>(() =>
                ModelConverter.Convert(model, Path.Combine(_folder.FullName, output), Contiguous, cancellation: Token));
            Assert.Contains("first.onnx.data", exception.Message, StringComparison.Ordinal);
        }

        Assert.Equal(["first.onnx.data", "model.onnx"], _folder.GetFileSystemInfos().Select(entry => entry.Name).Order());
    }

    [Fact]
    public void A_cancelled_conversion_leaves_nothing()
    {
        using var source = new CancellationTokenSource();
        var options = new SparseOptions { Progress = new CancelAt("convert", source) };
        Assert.ThrowsAny<OperationCanceledException>(() => ModelConverter.Convert(
            Novella.Path, Path.Combine(_folder.FullName, "out.onnx"), Contiguous, options: options, cancellation: source.Token));
        Assert.Empty(_folder.GetFileSystemInfos());
    }

    [Fact]
    public void The_input_is_never_overwritten()
    {
        var copy = Path.Combine(_folder.FullName, "model.onnx");
        File.Copy(Novella.Path, copy);
        Assert.Throws<ConversionException>(() => ModelConverter.Convert(copy, copy, Contiguous, cancellation: Token));
        Assert.Equal(File.ReadAllBytes(Novella.Path), File.ReadAllBytes(copy));
    }

    [Fact]
    public void A_converted_model_is_not_converted_again_and_a_newer_file_is_refused()
    {
        var output = Path.Combine(_folder.FullName, "out.onnx");
        Convert(ConversionPlan.ForEverySite("dense"));
        Assert.Throws<ConversionException>(() => ModelConverter.Convert(output, output + ".2", Contiguous, cancellation: Token));
        var model = OnnxModel.Load(output);
        model.Metadata["nativesparse.version"] = "2";
        model.Save(output);
        var exception = Assert.Throws<ModelFormatException>(() => SparseEngine.Load(output, cancellation: Token));
        Assert.Contains("'2'", exception.Message, StringComparison.Ordinal);
    }

    /// <summary>The model with one weight of its first network replaced.</summary>
    private static byte[] WithOneWeight(Half value)
    {
        var bytes = File.ReadAllBytes(Novella.Path);
        var weights = OnnxModel.Load(bytes).FindFeedForwards().Sites[0].ReadWeights();
        Half[] stored = [.. weights.Up[..64].Select(weight => (Half)weight)];
        var place = bytes.AsSpan().IndexOf(MemoryMarshal.AsBytes(stored.AsSpan()));
        Assert.True(place > 0);
        MemoryMarshal.Write(bytes.AsSpan(place), value);
        return bytes;
    }

    private void Convert(ConversionPlan plan) =>
        ModelConverter.Convert(Novella.Path, Path.Combine(_folder.FullName, "out.onnx"), plan, cancellation: Token);

    private sealed class CancelAt(string stage, CancellationTokenSource source) : IProgress<ConversionProgress>
    {
        public void Report(ConversionProgress value)
        {
            if (value.Stage == stage)
            {
                source.Cancel();
            }
        }
    }
}
