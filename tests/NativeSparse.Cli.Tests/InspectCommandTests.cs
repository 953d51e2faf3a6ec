using NativeSparse.Onnx;
using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class InspectCommandTests
{
    [Fact]
    public async Task The_default_model_has_six_sites_with_their_facts()
    {
        var capture = await Capture.Run("inspect", DefaultModel.Model, "--json");

        Assert.Equal(0, capture.ExitCode);
        Assert.Empty(capture.Error);
        var document = capture.Json();
        Assert.Equal(
            ["model", "sites", "linears", "skipped", "plan", "report"], document.EnumerateObject().Select(field => field.Name));
        var model = document.GetProperty("model");
        Assert.Equal(
            ["path", "producer", "opset", "parameters", "feedForwardParameters"], model.EnumerateObject().Select(field => field.Name));
        Assert.Equal(DefaultModel.Model, model.GetProperty("path").GetString());
        Assert.StartsWith("pytorch", model.GetProperty("producer").GetString(), StringComparison.Ordinal);
        Assert.Equal(18, model.GetProperty("opset").GetInt32());

        var sites = document.GetProperty("sites").EnumerateArray().ToList();
        Assert.Equal(6, sites.Count);
        Assert.Equal(6, sites.Select(site => site.GetProperty("name").GetString()).Distinct().Count());
        foreach (var site in sites)
        {
            Assert.Equal("plain", site.GetProperty("kind").GetString());
            Assert.Equal(256, site.GetProperty("inputWidth").GetInt32());
            Assert.Equal(1024, site.GetProperty("hiddenWidth").GetInt32());
            Assert.Equal(256, site.GetProperty("outputWidth").GetInt32());
            Assert.Equal("gelu", site.GetProperty("activation").GetString());
            Assert.Equal("float16", site.GetProperty("weightType").GetString());
            Assert.False(site.GetProperty("quantized").GetBoolean());
            Assert.Equal("dense", site.GetProperty("form").GetString());
            Assert.Equal("onnxruntime", site.GetProperty("runsIn").GetString());
            Assert.Equal((2 * 256 * 1024) + 1024 + 256, site.GetProperty("parameters").GetInt32());
            Assert.True(site.GetProperty("bias").GetProperty("up").GetBoolean());
            Assert.False(site.GetProperty("bias").GetProperty("gate").GetBoolean());
            Assert.True(site.GetProperty("bias").GetProperty("down").GetBoolean());
            Assert.NotEmpty(site.GetProperty("input").GetString()!);
            Assert.NotEmpty(site.GetProperty("output").GetString()!);
        }

        Assert.Equal(sites.Sum(site => site.GetProperty("parameters").GetInt64()), model.GetProperty("feedForwardParameters").GetInt64());
        var share = sites[0].GetProperty("parameters").GetDouble() / model.GetProperty("parameters").GetDouble();
        Assert.Equal(share, sites[0].GetProperty("share").GetDouble(), 1e-6);
        Assert.Equal(13, document.GetProperty("linears").GetArrayLength());
        Assert.Equal(
            ["name", "inputWidth", "outputWidths", "parameters", "share", "weightType", "quantized", "input", "runsIn", "obstacle"],
            document.GetProperty("linears")[0].EnumerateObject().Select(field => field.Name));
    }

    [Theory]
    [InlineData("null")]
    [InlineData("[]")]
    [InlineData("7")]
    public async Task A_damaged_report_is_said_to_be_so(string report)
    {
        using var folder = new TemporaryFolder();
        var (model, converted) = (folder.File("model.onnx"), folder.File("out.onnx"));
        SmallModel.Write(model, ["layer.0"]);
        await Capture.Run("convert", model, "-o", converted);
        var file = OnnxModel.Load(converted);
        file.Metadata["nativesparse.report"] = report;
        file.Save(converted);

        var capture = await Capture.Run("inspect", converted);

        Assert.Equal(0, capture.ExitCode);
        Assert.Contains("report of the conversion in this file is damaged", capture.Out, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Tables_hold_no_escape_codes_in_a_pipe()
    {
        var capture = await Capture.Run("inspect", DefaultModel.Model);

        Assert.Equal(0, capture.ExitCode);
        Assert.DoesNotContain('\u001b', capture.Out);
        Assert.Contains("in 6 feed-forward sites", capture.Out, StringComparison.Ordinal);
        Assert.Equal(6, capture.Out.Split('\n').Count(line => line.Contains("gelu", StringComparison.Ordinal) && line.Contains("525,568", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_network_that_was_left_is_told_apart_from_a_dense_form()
    {
        using var folder = new TemporaryFolder();
        var (model, plan, output) = (folder.File("model.onnx"), folder.File("plan.json"), folder.File("out.onnx"));
        SmallModel.Write(model, ["layer.0", "layer.1"]);
        await File.WriteAllTextAsync(
            plan, """{"sites":[{"name":"/layer.0/ffn","form":"none"},{"name":"*","form":"dense"}]}""", TestContext.Current.CancellationToken);
        var convert = await Capture.Run("convert", model, "-o", output, "--plan", plan);
        Assert.True(convert.ExitCode == 0, convert.Error);

        var capture = await Capture.Run("inspect", output, "--json");
        var tables = await Capture.Run("inspect", output);

        Assert.Equal(
            [("/layer.0/ffn", "dense", "onnxruntime"), ("/layer.1/ffn", "dense", "nativesparse")],
            capture.Json().GetProperty("sites").EnumerateArray().Select(site =>
                (site.GetProperty("name").GetString(), site.GetProperty("form").GetString(), site.GetProperty("runsIn").GetString())));
        Assert.Contains(tables.Out.Split('\n'), line => line.Contains("/layer.0/ffn", StringComparison.Ordinal) && line.Contains("ONNX Runtime", StringComparison.Ordinal));
        Assert.Contains("are not converted", tables.Out, StringComparison.Ordinal);
    }
}
