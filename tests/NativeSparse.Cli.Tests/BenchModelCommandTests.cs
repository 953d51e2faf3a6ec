using System.Text.Json;
using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class BenchModelCommandTests
{
    [Theory]
    [InlineData(false, "onnxruntime float32")]
    [InlineData(true, "onnxruntime int8")]
    public async Task The_baseline_is_named_after_how_the_file_holds_its_networks(bool isQuantized, string name)
    {
        using var folder = new TemporaryFolder();
        var model = folder.File("model.onnx");
        SmallModel.Write(model, ["layer.0", "layer.1"], isQuantized: isQuantized);

        var capture = await Capture.Run("bench", "model", model, "--rounds", "1", "--json");

        Assert.Equal(0, capture.ExitCode);
        // A file that is quantized already is not quantized again.
        string[] quantized = isQuantized ? [] : ["onnxruntime dynamic int8 per channel", "onnxruntime dynamic int8 per tensor"];
        var rows = capture.Json().GetProperty("rows").EnumerateArray().ToArray();
        Assert.Equal([name, .. quantized, "nativesparse"], rows.Select(row => row.GetProperty("name").GetString()));
        Assert.Equal(1, rows[0].GetProperty("ratioToOnnxRuntime").GetDouble());
        Assert.InRange(rows[^1].GetProperty("relativeError").GetDouble(), 0, 1e-5);
        Assert.InRange(rows[^1].GetProperty("maxAbs").GetDouble(), 0, 1e-5);
        Assert.All(rows[1..^1], row => Assert.InRange(row.GetProperty("relativeError").GetDouble(), 1e-5, 0.2));
        Assert.All(rows, row => Assert.Equal(isQuantized, row.GetProperty("ratioToOnnxRuntimeInt8").ValueKind == JsonValueKind.Null));
    }

    [Theory]
    [InlineData("bench model")]
    [InlineData("convert -o OUT")]
    public async Task A_model_without_a_network_is_said_to_have_none(string command)
    {
        using var folder = new TemporaryFolder();
        var model = folder.File("model.onnx");
        SmallModel.Write(model, ["attention"], activation: "Softmax");

        var capture = await Capture.Run([.. command.Replace("OUT", folder.File("out.onnx"), StringComparison.Ordinal).Split(' '), model]);

        Assert.Equal(3, capture.ExitCode);
        Assert.Contains("no feed-forward network", capture.Error, StringComparison.Ordinal);
        Assert.Contains("nativesparse inspect", capture.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_model_without_a_network_is_timed_where_its_linears_move()
    {
        using var folder = new TemporaryFolder();
        var model = folder.File("model.onnx");
        SmallModel.Write(model, ["attention"], activation: "Softmax");

        var capture = await Capture.Run("bench", "model", model, "--rounds", "1", "--linears", "int8", "--json");

        Assert.Equal(0, capture.ExitCode);
        var last = capture.Json().GetProperty("rows").EnumerateArray().Last();
        Assert.Equal(("nativesparse", "linear", "int8"), (last.GetProperty("name").GetString(), last.GetProperty("form").GetString(), last.GetProperty("precision").GetString()));
        Assert.Contains("--linears moves", (await Capture.Run("bench", "model", model, "--rounds", "1")).Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_converted_file_is_compared_with_the_dense_file_of_its_inputs_and_outputs()
    {
        using var folder = new TemporaryFolder();
        var (model, converted) = (folder.File("model.onnx"), folder.File("out.onnx"));
        SmallModel.Write(model, ["layer.0"]);
        await Capture.Run("convert", model, "-o", converted, "--precision", "int8");

        var alone = await Capture.Run("bench", "model", converted, DefaultModel.Model, "--rounds", "1", "--json");
        var both = await Capture.Run("bench", "model", converted, DefaultModel.Model, model, "--rounds", "1", "--json");

        Assert.Equal((0, 0), (alone.ExitCode, both.ExitCode));
        Assert.Contains($"{converted} is compared with nothing", alone.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("compared with nothing", both.Error, StringComparison.Ordinal);
        var (without, with) = (alone.Json().GetProperty("rows")[0], both.Json().GetProperty("rows")[0]);
        Assert.Equal(JsonValueKind.Null, without.GetProperty("ratioToOnnxRuntime").ValueKind);
        Assert.Equal(JsonValueKind.Null, without.GetProperty("cosine").ValueKind);
        Assert.InRange(with.GetProperty("cosine").GetDouble(), 0.9, 1.000001);
        Assert.Equal("int8", with.GetProperty("precision").GetString());
    }

    [Fact]
    public async Task A_comparison_that_fails_says_where_and_by_how_much()
    {
        using var folder = new TemporaryFolder();
        var (model, expected) = (folder.File("model.onnx"), folder.File("expected.npz"));
        SmallModel.Write(model, ["layer.0"]);
        await Capture.Run("run", model, "--random", "1", "--outputs", expected);

        var rounded = await Capture.Run("run", model, "--random", "1", "--precision", "int4", "--compare", expected);
        var same = await Capture.Run("run", model, "--random", "1", "--compare", expected);

        Assert.Equal((1, 0), (rounded.ExitCode, same.ExitCode));
        Assert.Matches(@"first outside \(--atol, --rtol say how much is allowed\): 'y'\[\d+, \d+\] is \S+, expected \S+ \+- \S+", rounded.Out);
        Assert.DoesNotContain("first outside", same.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backend_for_a_file_that_runs_in_onnx_runtime_is_said_to_run_nothing()
    {
        using var folder = new TemporaryFolder();
        var model = folder.File("model.onnx");
        SmallModel.Write(model, ["layer.0"]);

        var asIs = await Capture.Run("run", model, "--random", "1", "--backend", "reference");
        var ours = await Capture.Run("run", model, "--random", "1", "--backend", "reference", "--form", "dense");

        Assert.Contains("--backend reference has nothing to run", asIs.Error, StringComparison.Ordinal);
        Assert.DoesNotContain("nothing to run", ours.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Figures_on_inputs_that_nobody_gave_say_so_in_the_answer_and_in_the_file()
    {
        using var folder = new TemporaryFolder();
        var (model, converted) = (folder.File("model.onnx"), folder.File("out.onnx"));
        SmallModel.Write(model, ["layer.0"]);

        var convert = await Capture.Run("convert", model, "-o", converted, "--precision", "int8");
        var inspect = await Capture.Run("inspect", converted);

        Assert.Contains("on made-up inputs", convert.Out, StringComparison.Ordinal);
        Assert.Contains("on made-up inputs", inspect.Out, StringComparison.Ordinal);
        Assert.Contains("nothing fitted, errors not measured", inspect.Out, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("int8")]
    [InlineData("int4")]
    public async Task Kernels_without_a_measured_peak_are_timed_too(string precision)
    {
        var capture = await Capture.Run(
            "bench", "kernels", "--family", "dense", "--precision", precision, "--shape", "1x32x32", "--backend", "reference", "--rounds", "1", "--json");

        Assert.Equal((0, string.Empty), (capture.ExitCode, capture.Error));
        Assert.Equal(JsonValueKind.Null, capture.Json().GetProperty("rows")[0].GetProperty("shareOfPeak").ValueKind);
    }

    [Fact]
    public async Task A_run_that_converts_nothing_says_so()
    {
        using var folder = new TemporaryFolder();
        var model = folder.File("model.onnx");
        SmallModel.Write(model, ["attention"], activation: "Softmax");

        var capture = await Capture.Run("run", model, "--random", "1", "--form", "dense");

        Assert.Equal(0, capture.ExitCode);
        Assert.Contains("nothing was converted", capture.Error, StringComparison.Ordinal);
    }
}
