using Microsoft.ML.OnnxRuntime;
using NativeSparse.Onnx.Protobuf;
using Xunit;

namespace NativeSparse.Onnx.Tests;

/// <summary>Layouts and types around a site: each hand-made graph runs in ONNX Runtime before and after its site is replaced.</summary>
[Trait("Needs", "OnnxRuntime")]
public sealed class LayoutTests
{
    public static TheoryData<string> Cases =>
    [
        "channels of a sequence", "weights on the left", "einsum", "einsum of channels", "channels last between", "rows swapped between", "squeezed",
        "reshaped for matrices", "reshaped with a bias behind", "shape of the hidden value", "transposed input", "transposed input of unknown rank",
        "gate and up in one weight", "gate and up interleaved by reshape", "gate and up stacked by reshape", "gate and up through reshapes of their own",
        "fused relu", "hidden value is an output", "scalar bias", "scaled second product", "relu in the quantizer",
        "four bits in permuted groups",
    ];

    [Theory]
    [MemberData(nameof(Cases))]
    public void The_model_computes_the_same_after_the_replacement(string name)
    {
        var graph = Build(name, out var x, out var shape);
        var model = graph.Load();
        var input = Random(shape);
        var wanted = Run(model, x, input, shape);

        var search = model.FindFeedForwards();
        Assert.True(search.Sites.Count == 1, $"{search.Sites.Count} sites; {string.Join("; ", search.Skipped.Select(s => s.Reason))}");
        if (name == "hidden value is an output")
        {
            model.Proto.Graph.Output.Add(GraphBuilder.Untyped("relu3"));
        }

        model.Replace(search.Sites[0], StandardOperators.Node(search.Sites[0], "replaced"));
        StandardOperators.Expand(model);
        var found = Run(model, x, input, shape);

        Assert.Equal(wanted.Length, found.Length);
        for (var i = 0; i < wanted.Length; i++)
        {
            Assert.Equal(wanted[i], found[i], name == "relu in the quantizer" ? 0.1f : 2e-5f);
        }
    }

    private static GraphBuilder Build(string name, out string x, out long[] shape)
    {
        x = "x";
        shape = name is "channels of a sequence" or "einsum of channels" or "weights on the left" ? [2, 4, 5] : name == "channels last between" ? [2, 4, 3, 5]
            : name.StartsWith("transposed input", StringComparison.Ordinal) ? [2, 4, 5] : [2, 5, 4];
        var g = new GraphBuilder(("x", shape));
        string Relu(string value) => g.Add("Relu", value);
        string Transpose(string value, params long[] order) => g.Add("Transpose", [value], GraphBuilder.Attribute("perm", order));
        string Reshape(string value, params long[] target) => g.Add("Reshape", value, g.Integers(target));
        string Einsum(string equation, params string[] values) => g.Add("Einsum", values, GraphBuilder.Attribute("equation", equation));
        string Concat(params string[] values) => g.Add("Concat", values, GraphBuilder.Attribute("axis", 0L));
        string Gated(string gate, string up) => g.Linear(g.Add("Mul", g.Add("Sigmoid", gate), up), 8, 3);
        string FusedTranspose(string value)
        {
            var up = g.Add("com.microsoft::FusedMatMul", [value, g.Weight(4, 8)], GraphBuilder.Attribute("transA", 1L), GraphBuilder.Attribute("alpha", 0.5f));
            return g.Linear(Relu(up), 8, 3);
        }

        string HiddenShape()
        {
            var hidden = Relu(Reshape(g.Add("Gemm", Reshape("x", -1, 4), g.Weight(4, 8), g.Weight(8)), 2, 5, 8));
            var leading = g.Add("Slice", g.Add("Shape", hidden), g.Integers(0), g.Integers(2));
            return g.Add("Reshape", g.Add("Gemm", Reshape(hidden, -1, 8), g.Weight(8, 3), g.Weight(3)), Concat(leading, g.Integers(3)));
        }

        string Interleaved(bool stacked)
        {
            var both = Reshape(g.Linear("x", 4, 16), stacked ? [2, 5, 2, 8] : [2, 5, 8, 2]);
            string Part(long index) => g.Add("Gather", [both, g.Index(index)], GraphBuilder.Attribute("axis", stacked ? -2L : -1L));
            return Gated(Part(0), Part(1));
        }

        string Quantized()
        {
            var zero = g.Bytes(0);
            var scale = g.Scalar(0.02f);
            var up = g.Linear("x", 4, 8);
            return g.Linear(g.Add("DequantizeLinear", g.Add("QuantizeLinear", up, scale, zero), scale, zero), 8, 3);
        }

        string Grouped()
        {
            var random = new Random(2);
            var packed = g.Bytes(TensorProto.Types.DataType.Uint8, [.. Enumerable.Range(0, 3 * 2 * 8).Select(_ => random.Next(256))], 3, 2, 8);
            var groups = g.Bytes(TensorProto.Types.DataType.Int32, [.. Enumerable.Range(0, 32).Select(i => i % 3 == 0 ? 1 : 0)], 32);
            return g.Add(
                "com.microsoft::MatMulNBits", [Relu(g.Linear("x", 4, 32)), packed, g.Weight(3, 2), "", groups], GraphBuilder.Attribute("K", 32L),
                GraphBuilder.Attribute("N", 3L), GraphBuilder.Attribute("bits", 4L), GraphBuilder.Attribute("block_size", 16L));
        }

        string Split()
        {
            var both = g.Linear("x", 4, 16);
            return Gated(
                g.Add("Slice", both, g.Integers(8), g.Integers(long.MaxValue), g.Integers(2)), g.Add("Slice", both, g.Integers(0), g.Integers(8), g.Integers(-1)));
        }

        var y = name switch
        {
            "channels of a sequence" => g.Add("Conv", Relu(g.Add("Conv", "x", g.Weight(8, 4, 1), g.Weight(8))), g.Weight(3, 8, 1)),
            "weights on the left" => g.Add("Add", g.Add("MatMul", g.Weight(3, 8), Relu(g.Add("Add", g.Add("MatMul", g.Weight(8, 4), "x"), g.Weight(8, 1)))), g.Weight(3, 1)),
            "einsum" => Einsum("...h,oh->...o", Relu(Einsum("bsd,dh->bsh", "x", g.Weight(4, 8))), g.Weight(3, 8)),
            "einsum of channels" => Einsum("bht,ho->bot", Relu(Einsum("hd,bdt->bht", g.Weight(8, 4), "x")), g.Weight(8, 3)),
            "channels last between" => g.Add("Conv", Transpose(Relu(g.Add("Add", Transpose(g.Add("Conv", "x", g.Weight(8, 4, 1, 1)), 0, 2, 3, 1), g.Weight(8))), 0, 3, 1, 2), g.Weight(3, 8, 1, 1)),
            "rows swapped between" => g.Linear(Transpose(Relu(g.Linear("x", 4, 8)), 1, 0, 2), 8, 3),
            "squeezed" => g.Linear(g.Add("Squeeze", Relu(g.Add("Unsqueeze", g.Linear("x", 4, 8), g.Integers(1))), g.Integers(1)), 8, 3),
            "reshaped for matrices" => Reshape(g.Add("Gemm", Reshape(Relu(Reshape(g.Add("Gemm", Reshape("x", -1, 4), g.Weight(4, 8), g.Weight(8)), 2, 5, 8)), -1, 8), g.Weight(8, 3), g.Weight(3)), 2, 5, 3),
            "reshaped with a bias behind" => g.Add("Add", Reshape(g.Add("MatMul", Relu(g.Add("Add", Reshape(g.Add("MatMul", "x", g.Weight(4, 8)), 5, 2, 8), g.Weight(8))), g.Weight(8, 3)), 10, 3), g.Weight(3)),
            "shape of the hidden value" => HiddenShape(),
            "transposed input" => FusedTranspose("x"),
            "transposed input of unknown rank" => FusedTranspose(g.Add("Tile", "x", g.Integers(1, 1, 1))),
            "gate and up in one weight" => Split(),
            "gate and up interleaved by reshape" => Interleaved(stacked: false),
            "gate and up stacked by reshape" => Interleaved(stacked: true),
            "gate and up through reshapes of their own" => Gated(g.Add("MatMul", Reshape("x", -1, 4), g.Weight(4, 8)), g.Add("MatMul", Reshape("x", 10, 4), g.Weight(4, 8))),
            "fused relu" => g.Add("Gemm", g.Add("com.microsoft::FusedGemm", [Reshape("x", 10, 4), g.Weight(4, 8), g.Weight(8)], GraphBuilder.Attribute("activation", "Relu")), g.Weight(8, 3)),
            "hidden value is an output" => g.Linear(g.AddNamed("Relu", "relu3", g.Linear("x", 4, 8)), 8, 3),
            "scalar bias" => g.Linear(Relu(g.Add("Add", g.Add("MatMul", "x", g.Weight(4, 8)), g.Scalar(-0.1f))), 8, 3),
            "scaled second product" => g.Add("com.microsoft::FusedMatMul", [g.Add("Mul", Relu(g.Linear("x", 4, 8)), g.Scalar(3)), g.Weight(8, 3)], GraphBuilder.Attribute("alpha", 0.25f)),
            "relu in the quantizer" => Quantized(),
            "four bits in permuted groups" => Grouped(),
            _ => throw new ArgumentException(name),
        };

        // The rank of the output is not declared: ONNX Runtime infers it.
        g.Graph.Output.Add(GraphBuilder.Untyped(y));
        return g;
    }

    private static float[] Random(long[] shape)
    {
        var random = new Random(3);
        return [.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)((2 * random.NextDouble()) - 1))];
    }

    private static float[] Run(OnnxModel model, string x, float[] input, long[] shape)
    {
        using var options = new SessionOptions { IntraOpNumThreads = 1, LogSeverityLevel = OrtLoggingLevel.ORT_LOGGING_LEVEL_ERROR };
        using var session = new InferenceSession(model.ToBytes(), options);
        using var value = OrtValue.CreateTensorValueFromMemory(input, shape);
        using var run = new RunOptions();
        using var results = session.Run(run, [x], [value], [session.OutputNames[0]]);
        return results[0].GetTensorDataAsSpan<float>().ToArray();
    }
}
