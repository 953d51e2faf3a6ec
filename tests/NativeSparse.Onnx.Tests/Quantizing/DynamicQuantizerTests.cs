using Microsoft.ML.OnnxRuntime;
using NativeSparse.Onnx.Protobuf;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Onnx.Tests;

/// <summary>What stands for ONNX Runtime's dynamic int8 in comparisons is what it fuses and runs at its best.</summary>
[Trait("Needs", "OnnxRuntime")]
public sealed class DynamicQuantizerTests
{
    private static readonly string Novella = Path.Combine(SharedData.RepositoryRoot, "tools", "NativeSparse.Cli", "Models", "novella", "model.onnx");

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Every_linear_of_a_trained_model_is_fused(bool perChannel)
    {
        var model = OnnxModel.Load(Novella);

        // Twelve of the networks, twelve of the attention, one head.
        Assert.Equal(25, model.QuantizeDynamically(perChannel));
        var file = Path.GetTempFileName();
        try
        {
            using (var options = new SessionOptions { OptimizedModelFilePath = file, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR })
            using (new InferenceSession(model.ToBytes(), options))
            {
            }

            var operators = OnnxModel.Load(file).Proto.Graph.Node.CountBy(node => node.OpType).ToDictionary();
            Assert.Equal(25, operators.GetValueOrDefault("DynamicQuantizeMatMul") + operators.GetValueOrDefault("MatMulIntegerToFloat"));
            Assert.DoesNotContain("MatMulInteger", operators.Keys);
            Assert.DoesNotContain("MatMul", model.Proto.Graph.Node.Where(node => node.Name.Contains("head", StringComparison.Ordinal)).Select(node => node.OpType));
        }
        finally
        {
            File.Delete(file);
        }
    }

    [Theory]
    [InlineData(true, 0.03)]
    [InlineData(false, 0.03)]
    public void Linears_of_one_value_share_its_rounding(bool perChannel, double limit)
    {
        var graph = new GraphBuilder(("x", [-1, 64]));
        var left = graph.Linear("x", 64, 24);
        var right = graph.Add("Gemm", "x", graph.Weight(64, 8), graph.Weight(8));
        var model = graph.Output(left, -1, 24).Output(right, -1, 8).Load();
        var wanted = Run(model);

        // With 8 bits ONNX Runtime's sums saturate where the processor has no VNNI.
        Assert.Equal(2, model.QuantizeDynamically(perChannel, reduceRange: true));

        Assert.Single(model.Proto.Graph.Node, node => node.OpType == "DynamicQuantizeLinear");
        Assert.Equal(2, model.Proto.Graph.Node.Count(node => node.OpType == "MatMulInteger"));
        Assert.All(model.Proto.Graph.Node, node => Assert.Empty(node.Domain));
        Assert.Equal(
            perChannel ? [24L, 8L] : [],
            model.Proto.Graph.Initializer.Where(tensor => tensor.Name.Contains("scale", StringComparison.Ordinal)).SelectMany(tensor => tensor.Dims));
        foreach (var (expected, actual) in wanted.Zip(Run(model)))
        {
            var error = Math.Sqrt(expected.Zip(actual, (a, b) => Math.Pow(a - b, 2)).Sum() / expected.Sum(value => value * value));
            Assert.InRange(error, 1e-4, limit);
        }
    }

    private static float[][] Run(OnnxModel model)
    {
        var random = new Random(3);
        float[] x = [.. Enumerable.Range(0, 5 * 64).Select(_ => (random.NextSingle() * 2) - 1)];
        using var session = new InferenceSession(model.ToBytes());
        using var value = OrtValue.CreateTensorValueFromMemory(x, [5, 64]);
        using var run = new RunOptions();
        using var outputs = session.Run(run, ["x"], [value], session.OutputNames);
        return [.. outputs.Select(output => output.GetTensorDataAsSpan<float>().ToArray())];
    }
}
