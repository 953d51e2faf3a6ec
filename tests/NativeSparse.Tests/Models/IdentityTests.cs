using System.Numerics.Tensors;
using System.Text.Json.Nodes;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Conversion;
using NativeSparse.Onnx;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Tests.Models;

/// <summary>
/// Loss-less settings give the dense model's outputs: each model runs in ONNX Runtime, then with every site on our kernels, dense beside every
/// other linear, and as contiguous experts that are all active.
/// </summary>
public sealed class IdentityTests
{
    private const double Absolute = 1e-4;
    private const double HalfPrecision = 1e-3;

    private static readonly string[] Trained = ["all-MiniLM-L6-v2", "use-lite", "novella"];

    public static TheoryData<string> ZooModels() => Names(SharedData.Files("*.onnx", "zoo"));

    public static TheoryData<string> TrainedModels() => Names(
    [
        .. Trained
            .Select(name => SharedData.Folder("models", name))
            .OfType<string>()
            .Select(folder => Path.Combine(folder, "model.onnx")),
    ]);

    [Theory]
    [MemberData(nameof(ZooModels))]
    public void A_zoo_model_keeps_its_outputs(string model)
    {
        Assert.SkipWhen(model.Length == 0, SharedData.Absent);
        var inputs = TensorInputs.Read(Path.ChangeExtension(model, ".io.safetensors"), "in.");
        Check(model, inputs);
    }

    [Theory]
    [MemberData(nameof(TrainedModels))]
    public void A_trained_model_keeps_its_outputs(string model)
    {
        Assert.SkipWhen(model.Length == 0, SharedData.Absent);
        using var dense = SparseEngine.Load(model, new SparseOptions { Threads = 1 }, TestContext.Current.CancellationToken);
        var inputs = ProbeInputs.Create(dense.InputMetadata, seed: 3);
        Check(model, new Dictionary<string, IReadOnlyTensor>(inputs));
    }

    private static void Check(string model, Dictionary<string, IReadOnlyTensor> inputs)
    {
        using var sessionOptions = new SessionOptions { IntraOpNumThreads = 1 };

        // ONNX Runtime fuses blocked weights into products that quantize their activations unless told otherwise.
        sessionOptions.AddSessionConfigEntry("session.qdq_matmulnbits_accuracy_level", "0");
        var single = new SparseOptions { SessionOptions = sessionOptions, ModelFolder = Path.GetDirectoryName(model) };
        var unquantized = ActivationQuantization.Remove(model);
        using var dense = unquantized is null ? SparseEngine.Load(model, single) : SparseEngine.Load(unquantized, single);
        var expected = RunDense(dense, inputs);
        foreach (var plan in Plans())
        {
            var options = single with { Plan = plan };

            // The converted model starts from the file itself: its sites read their weights through the quantization.
            using var engine = unquantized is null ? SparseEngine.Load(model, options) : SparseEngine.Load(unquantized, options);
            Compare(expected, engine.Run(inputs, TestContext.Current.CancellationToken), $"{Path.GetFileName(model)} as {plan.Sites[0].Form} ({engine.Info.Sites.Count} sites)", IsHalf(model));
        }

        var rounded = single with { Precision = "int8", Linears = "int8" };
        using var int8 = unquantized is null ? SparseEngine.Load(model, rounded) : SparseEngine.Load(unquantized, rounded);
        CompareRounded(expected, int8.Run(inputs, TestContext.Current.CancellationToken), Path.GetFileName(model));
    }

    /// <summary>At int8 every model runs, and no output is lost; how near it comes is the model's matter, and printed.</summary>
    private static void CompareRounded(IReadOnlyDictionary<string, ITensor> expected, IReadOnlyDictionary<string, ITensor> actual, string model)
    {
        foreach (var (name, tensor) in expected)
        {
            Assert.Equal(tensor.Lengths.ToArray(), actual[name].Lengths.ToArray());
            if (TensorInputs.Singles(tensor) is not { Length: > 0 } left || TensorInputs.Singles(actual[name]) is not { } right)
            {
                continue;
            }

            Assert.All(left.Zip(right), pair => Assert.Equal(float.IsFinite(pair.First), float.IsFinite(pair.Second)));
            var finite = left.Zip(right).Where(pair => float.IsFinite(pair.First)).ToArray();
            var cosine = TensorPrimitives.CosineSimilarity<float>([.. finite.Select(pair => pair.First)], [.. finite.Select(pair => pair.Second)]);
            TestContext.Current.TestOutputHelper?.WriteLine($"{model}, int8: cosine of {name} {cosine:0.0000}");
        }
    }

    private static IReadOnlyDictionary<string, ITensor> RunDense(SparseEngine dense, Dictionary<string, IReadOnlyTensor> inputs)
    {
        try
        {
            return dense.Run(inputs, TestContext.Current.CancellationToken);
        }
        catch (OnnxRuntimeException exception) when (exception.Message.Contains("nchwc_block_size", StringComparison.Ordinal))
        {
            Assert.Skip($"saved for a processor with another vector width, ONNX Runtime refuses it on this one: {exception.Message}");
            throw;
        }
    }

    private static IEnumerable<ConversionPlan> Plans()
    {
        yield return ConversionPlan.ForEverySite("dense") with { Linears = new LinearPlan { Precision = "float32" } };
        yield return ConversionPlan.ForEverySite("experts", "contiguous", new JsonObject { ["experts"] = 2, ["active"] = 1.0 });
    }

    private static bool IsHalf(string model) => OnnxModel.Load(model).FindFeedForwards().Sites.Any(site =>
        site.ValueType == "float16" || site.WeightType == "float16");

    private static void Compare(
        IReadOnlyDictionary<string, ITensor> expected, IReadOnlyDictionary<string, ITensor> actual, string what, bool half)
    {
        Assert.Equal(expected.Keys, actual.Keys);
        foreach (var (name, tensor) in expected)
        {
            Assert.Equal(tensor.Lengths.ToArray(), actual[name].Lengths.ToArray());
            if (TensorInputs.Singles(tensor) is not { } left || TensorInputs.Singles(actual[name]) is not { } right)
            {
                continue;
            }

            var largest = left.Select(value => (double)Math.Abs(value)).DefaultIfEmpty().Max();
            var bound = half ? Math.Max(Absolute, HalfPrecision * largest) : Absolute;
            for (var i = 0; i < left.Length; i++)
            {
                // Both outputs lie on the float16 grid where the model is float16: values a hair apart may be one step apart.
                var step = half ? Math.Abs((double)Half.BitIncrement((Half)Math.Abs(left[i])) - (double)(Half)Math.Abs(left[i])) : 0;
                Assert.True(
                    left[i].Equals(right[i]) || Math.Abs((double)left[i] - right[i]) <= bound + step,
                    $"{what}: output '{name}'[{i}] is {right[i]}, ONNX Runtime gives {left[i]} (bound {bound + step:g3})");
            }
        }
    }

    private static TheoryData<string> Names(IReadOnlyList<string> files)
    {
        var data = new TheoryData<string>();
        foreach (var file in files.Count > 0 ? files : [string.Empty])
        {
            data.Add(file);
        }

        return data;
    }
}
