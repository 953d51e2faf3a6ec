using System.Text.Json;
using NativeSparse.Cli.Inputs;
using NativeSparse.Onnx;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class ConversionRoundTripTests
{
    [Fact]
    public async Task The_default_model_as_a_loss_less_split_gives_the_dense_outputs()
    {
        using var folder = new TemporaryFolder();
        var (output, expected) = (folder.File("out.onnx"), folder.File("expected.npz"));
        await Done("run", DefaultModel.Model, "--random", "5", "--outputs", expected, "--json");

        var convert = await Done(
            "convert", DefaultModel.Model, "-o", output, "--form", "experts", "--method", "contiguous", "--experts", "4", "--active", "1", "--json");

        Assert.Equal(output, convert.GetProperty("output").GetString());
        Assert.Equal(new FileInfo(output).Length, convert.GetProperty("bytes").GetInt64());
        Assert.True(convert.GetProperty("verified").GetBoolean());
        var site = convert.GetProperty("sites")[0];
        Assert.Equal("experts", site.GetProperty("form").GetString());
        Assert.Equal("contiguous", site.GetProperty("converter").GetString());
        Assert.Equal("float32", site.GetProperty("precision").GetString());
        Assert.True(site.GetProperty("bytes").GetInt64() > 0);
        Assert.InRange(convert.GetProperty("model").GetProperty("cosine").GetDouble(), 0.999999, 1.000001);
        Assert.Equal(Names(["output", "bytes", "seconds", "calibrationTokens", "heldOutTokens", "sites", "model", "verified"], convert), []);

        var inspect = await Done("inspect", output, "--json");
        Assert.Equal(6, inspect.GetProperty("sites").GetArrayLength());
        Assert.All(inspect.GetProperty("sites").EnumerateArray(), entry =>
        {
            Assert.Equal("experts", entry.GetProperty("form").GetString());
            Assert.Equal(1024, entry.GetProperty("hiddenWidth").GetInt32());
        });
        Assert.Equal(6, inspect.GetProperty("report").GetProperty("sites").GetArrayLength());
        Assert.Equal("experts", inspect.GetProperty("plan").GetProperty("sites")[0].GetProperty("form").GetString());

        var run = await Done("run", output, "--random", "5", "--compare", expected, "--json");
        Assert.True(run.GetProperty("compare").GetProperty("within").GetBoolean());
        Assert.InRange(run.GetProperty("compare").GetProperty("maxAbs").GetDouble(), 0, 1e-3);
        Assert.InRange(run.GetProperty("compare").GetProperty("relativeError").GetDouble(), 0, 1e-4);
        Assert.InRange(run.GetProperty("compare").GetProperty("cosine").GetDouble(), 0.999999, 1.000001);
        Assert.Equal(1, run.GetProperty("compare").GetProperty("argmaxAgreement").GetDouble());
        Assert.Equal(6, run.GetProperty("sites").GetInt32());
        Assert.True(run.GetProperty("milliseconds").GetDouble() > 0);

        // The counter is of the whole process, and other tests allocate in this one.
        var alone = await ChildProcess.DotNet(
            folder.Path, new Dictionary<string, string>(), TestContext.Current.CancellationToken, typeof(CommandLine).Assembly.Location, "run", output, "--random", "5", "--json");
        Assert.True(alone.ExitCode == 0, alone.ToString());
        Assert.Equal(0, JsonDocument.Parse(alone.Out).RootElement.GetProperty("bytesAllocatedPerRun").GetInt64());
        Assert.NotEqual("onnxruntime", run.GetProperty("backend").GetString());
        var logits = run.GetProperty("outputs")[0];
        Assert.Equal("logits", logits.GetProperty("name").GetString());
        Assert.Equal("float32", logits.GetProperty("dtype").GetString());
        Assert.Equal([1, 16, 2048], logits.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32()));
    }

    [Theory]
    [InlineData("int8", 0.998, 0.5)]
    [InlineData("int4", 0.97, 0.4)]
    [InlineData("bfloat16", 0.9999, 0.51)]
    public async Task Quantized_networks_are_near_the_dense_model_and_smaller(string precision, double cosine, double share)
    {
        using var folder = new TemporaryFolder();
        var output = folder.File("out.onnx");

        var convert = await Done("convert", DefaultModel.Model, "-o", output, "--precision", precision, "--json");

        Assert.True(convert.GetProperty("verified").GetBoolean());
        Assert.All(convert.GetProperty("sites").EnumerateArray(), site =>
        {
            Assert.Equal(precision, site.GetProperty("precision").GetString());

            // Six networks of 256 x 1024 and back.
            Assert.InRange(site.GetProperty("bytes").GetInt64(), 1, (long)(2 * 256 * 1024 * sizeof(float) * share));
        });
        var model = convert.GetProperty("model");
        Assert.InRange(model.GetProperty("cosine").GetDouble(), cosine, 1.000001);
        Assert.InRange(model.GetProperty("relativeError").GetDouble(), 1e-6, Math.Sqrt(2 * (1 - cosine)) * 1.5);
        Assert.InRange(model.GetProperty("argmaxAgreement").GetDouble(), 0.5, 1);
        var run = await Done("run", output, "--random", "5", "--json");
        Assert.Equal(6, run.GetProperty("sites").GetInt32());
    }

    [Theory]
    [InlineData("int8", 0.998)]
    [InlineData("int4", 0.97)]
    public async Task Quantized_experts_that_are_all_active_are_near_the_dense_model(string precision, double cosine)
    {
        using var folder = new TemporaryFolder();
        var output = folder.File("out.onnx");

        var convert = await Done(
            "convert", DefaultModel.Model, "-o", output, "--form", "experts", "--method", "contiguous", "--experts", "16", "--active", "1",
            "--precision", precision, "--json");

        Assert.True(convert.GetProperty("verified").GetBoolean());
        Assert.All(convert.GetProperty("sites").EnumerateArray(), site => Assert.Equal(precision, site.GetProperty("precision").GetString()));
        Assert.InRange(convert.GetProperty("model").GetProperty("cosine").GetDouble(), cosine, 1.000001);
        var inspect = await Done("inspect", output, "--json");
        Assert.All(inspect.GetProperty("sites").EnumerateArray(), site => Assert.Equal("experts", site.GetProperty("form").GetString()));
    }

    [Fact]
    public async Task Experts_at_bfloat16_are_half_the_size_and_their_report_has_the_error_after_rounding()
    {
        using var folder = new TemporaryFolder();
        var (output, tokens) = (folder.File("out.onnx"), folder.File("tokens.jsonl"));
        await File.WriteAllLinesAsync(
            tokens,
            Enumerable.Range(1, 5).Select(line => $"{{\"input_ids\": [{string.Join(", ", Enumerable.Range(0, 40).Select(i => ((7 * i * line) + (3 * i)) % 2048))}]}}"),
            TestContext.Current.CancellationToken);

        var convert = await Done(
            "convert", DefaultModel.Model, "-o", output, "--form", "experts", "--method", "contiguous", "--experts", "4", "--active", "1",
            "--precision", "bfloat16", "--calibrate", tokens, "--json");

        Assert.True(convert.GetProperty("verified").GetBoolean());
        Assert.InRange(convert.GetProperty("model").GetProperty("cosine").GetDouble(), 0.9999, 1.000001);
        Assert.All(convert.GetProperty("sites").EnumerateArray(), site =>
        {
            Assert.Equal("bfloat16", site.GetProperty("precision").GetString());

            // Router and biases stay float32.
            Assert.InRange(site.GetProperty("bytes").GetInt64(), 1, (long)(2 * 256 * 1024 * sizeof(float) * 0.53));
            Assert.InRange(site.GetProperty("error").GetDouble(), 1e-5, 1e-2);
            Assert.Contains(site.GetProperty("notes").EnumerateArray(), note => note.GetString()!.StartsWith("error before rounding", StringComparison.Ordinal));
        });
        var inspect = await Done("inspect", output, "--json");
        Assert.Equal("bfloat16", inspect.GetProperty("report").GetProperty("sites")[0].GetProperty("precision").GetString());
        var run = await Done("run", output, "--random", "5", "--json");
        Assert.Equal(6, run.GetProperty("sites").GetInt32());
    }

    [Fact]
    public async Task Outputs_outside_the_tolerance_are_exit_code_1()
    {
        using var folder = new TemporaryFolder();
        var expected = folder.File("expected.npz");
        await Done("run", DefaultModel.Model, "--random", "5", "--outputs", expected, "--json");

        var other = await Capture.Run("run", DefaultModel.Model, "--random", "6", "--compare", expected, "--json");

        Assert.Equal(1, other.ExitCode);
        Assert.False(other.Json().GetProperty("compare").GetProperty("within").GetBoolean());
        Assert.Contains("inputs are made up (seed 6)", other.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_zoo_file_converts_and_gives_its_recorded_outputs()
    {
        // The smallest file whose recorded inputs are all of its inputs.
        var (model, inputs, outputs) = ZooCase();
        using var folder = new TemporaryFolder();
        var (output, given, expected) = (folder.File("out.onnx"), folder.File("inputs.safetensors"), folder.File("expected.safetensors"));
        NamedTensors.Write(given, inputs);
        NamedTensors.Write(expected, outputs);

        await Done("convert", model, "-o", output, "--json");
        var run = await Done("run", output, "--inputs", given, "--compare", expected, "--json");

        Assert.True(run.GetProperty("sites").GetInt32() > 0);
        Assert.True(run.GetProperty("compare").GetProperty("within").GetBoolean());
    }

    [Fact]
    public async Task Missing_inputs_are_listed()
    {
        using var folder = new TemporaryFolder();
        var given = folder.File("inputs.npz");
        NamedTensors.Write(given, [TensorValues.Int64("input_ids", [1, 2], 1, 2)]);

        var capture = await Capture.Run("run", DefaultModel.Model, "--inputs", given, "--json");

        Assert.Equal(3, capture.ExitCode);
        var message = capture.Json().GetProperty("error").GetProperty("message").GetString();
        Assert.Contains("lacks", message, StringComparison.Ordinal);
        Assert.Contains("attention_mask int64", message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_cancelled_conversion_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var cancellation = new CancellationTokenSource();
        await cancellation.CancelAsync();

        var capture = await Capture.Run(
            cancellation.Token, "convert", DefaultModel.Model, "-o", folder.File("out.onnx"), "--json");

        Assert.Equal(130, capture.ExitCode);
        Assert.Empty(Directory.GetFileSystemEntries(folder.Path));
        Assert.Equal("OperationCanceledException", capture.Json().GetProperty("error").GetProperty("kind").GetString());
    }

    private static async Task<JsonElement> Done(params string[] arguments)
    {
        var capture = await Capture.Run(arguments);
        Assert.True(capture.ExitCode == 0, $"{string.Join(' ', arguments)}: {capture.Out} {capture.Error}");
        return capture.Json();
    }

    private static IEnumerable<string> Names(IEnumerable<string> wanted, JsonElement document) =>
        wanted.Except(document.EnumerateObject().Select(field => field.Name));

    private static (string Model, ConstantTensor[] Inputs, ConstantTensor[] Outputs) ZooCase()
    {
        foreach (var path in SharedData.Files("*.io.safetensors", "zoo"))
        {
            var model = path.Replace(".io.safetensors", ".onnx", StringComparison.Ordinal);
            if (new FileInfo(model).Length > 1_000_000 || OnnxModel.Load(model).FindFeedForwards().Sites.All(site => site.Quantized))
            {
                continue;
            }

            var tensors = NamedTensors.Read(path);
            return (model, Named(tensors, "in."), Named(tensors, "ort."));
        }

        Assert.Skip(SharedData.Absent);
        throw new InvalidOperationException("unreachable");
    }

    private static ConstantTensor[] Named(IReadOnlyDictionary<string, ConstantTensor> tensors, string prefix) =>
        [.. tensors.Where(entry => entry.Key.StartsWith(prefix, StringComparison.Ordinal)).Select(entry => entry.Value with { Name = entry.Key[prefix.Length..] })];
}
