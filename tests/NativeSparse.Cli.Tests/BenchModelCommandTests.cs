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
        Assert.Equal([name, "nativesparse"], capture.Json().GetProperty("rows").EnumerateArray().Select(row => row.GetProperty("name").GetString()));
        Assert.Equal(1, capture.Json().GetProperty("rows")[0].GetProperty("ratioToOnnxRuntime").GetDouble());
        Assert.InRange(capture.Json().GetProperty("rows")[1].GetProperty("relativeError").GetDouble(), 0, 1e-5);
        Assert.InRange(capture.Json().GetProperty("rows")[1].GetProperty("maxAbs").GetDouble(), 0, 1e-5);
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
