using NativeSparse.Onnx.Protobuf;
using Xunit;

namespace NativeSparse.Onnx.Tests;

/// <summary>Networks whose linears are not read are reported with the reason.</summary>
public sealed class UnreadLinearTests
{
    private const TensorProto.Types.DataType Int8 = TensorProto.Types.DataType.Int8;

    [Theory]
    [InlineData("QLinearMatMul", "relu")]
    [InlineData("QLinearMatMul", "in the zero point")]
    [InlineData("QLinearMatMul", "com.microsoft::QLinearSigmoid")]
    [InlineData("QLinearMatMul", "com.microsoft::QLinearLeakyRelu")]
    [InlineData("com.microsoft::QGemm", "relu")]
    [InlineData("com.microsoft::QGemm", "in the zero point")]
    [InlineData("QLinearConv", "relu")]
    [InlineData("QLinearConv", "in the zero point")]
    public void Products_on_integers_from_end_to_end(string operation, string between)
    {
        var g = new GraphBuilder(("x", operation == "QLinearConv" ? [1, 4, 5, 5] : [3, 4]));
        var scale = g.Scalar(0.02f);
        var zero = g.Bytes(between == "in the zero point" ? (byte)0 : (byte)128);
        var one = g.Scalar(0.01f);
        var none = g.Bytes(Int8, [0]);
        string Product(string x, int inputs, int outputs)
        {
            var weight = Enumerable.Range(0, inputs * outputs).Select(i => ((i * 37) % 255) - 127).ToArray();
            return operation switch
            {
                "QLinearConv" => g.Add(operation, x, scale, zero, g.Bytes(Int8, weight, outputs, inputs, 1, 1), one, none, scale, zero),
                "com.microsoft::QGemm" => g.Add(operation, x, scale, zero, g.Bytes(Int8, weight, inputs, outputs), one, none, "", scale, zero),
                _ => g.Add(operation, x, scale, zero, g.Bytes(Int8, weight, inputs, outputs), one, none, scale, zero),
            };
        }

        var hidden = Product(g.Add("QuantizeLinear", "x", scale, zero), 4, 8);
        hidden = between switch
        {
            "relu" => g.Add("QuantizeLinear", g.Add("Relu", g.Add("DequantizeLinear", hidden, scale, zero)), scale, zero),
            "in the zero point" => hidden,
            _ => g.Add(between, hidden, scale, zero, scale, zero),
        };
        g.Graph.Output.Add(GraphBuilder.Untyped(g.Add("DequantizeLinear", Product(hidden, 8, 4), scale, zero)));

        var search = g.Find();

        Assert.Empty(search.Sites);
        var wanted = between.Contains("::", StringComparison.Ordinal) ? between.Split("::")[1] : operation.Split("::")[^1];
        Assert.Contains(wanted, Assert.Single(search.Skipped).Reason, StringComparison.Ordinal);
    }

    [Fact]
    public void Four_bit_floating_weights()
    {
        var g = new GraphBuilder(("x", [3, 32]));
        string Product(string x) => g.Add(
            "com.microsoft::MatMulBnb4", [x, g.Bytes(TensorProto.Types.DataType.Uint8, [.. Enumerable.Range(0, 512)], 512), g.Weight(32)],
            GraphBuilder.Attribute("K", 32L), GraphBuilder.Attribute("N", 32L), GraphBuilder.Attribute("block_size", 32L), GraphBuilder.Attribute("quant_type", 1L));

        var search = g.Output(Product(g.Add("Relu", Product("x"))), 3, 32).Find();

        Assert.Contains("MatMulBnb4", Assert.Single(search.Skipped).Reason, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("com.microsoft::DynamicQuantizeMatMul")]
    [InlineData("com.microsoft::MatMulIntegerToFloat")]
    [InlineData("MatMulInteger")]
    public void Integer_products_with_scales_that_are_no_constants(string operation)
    {
        var g = new GraphBuilder(("x", [3, 4]), ("s", [1]));
        string Product(string x, int inputs, int outputs)
        {
            var weight = g.Bytes(Int8, [.. Enumerable.Range(0, inputs * outputs).Select(i => (i % 7) - 3)], inputs, outputs);
            if (operation == "com.microsoft::DynamicQuantizeMatMul")
            {
                return g.Add(operation, x, weight, "s");
            }

            var quantized = g.Add("QuantizeLinear", x, g.Scalar(0.02f), g.Bytes(128));
            return operation == "MatMulInteger"
                ? g.Add("Mul", g.Add("Cast", [g.Add(operation, quantized, weight, g.Bytes(128))], GraphBuilder.Attribute("to", 1L)), "s")
                : g.Add(operation, quantized, weight, g.Scalar(0.02f), "s", g.Bytes(128));
        }

        var search = g.Output(Product(g.Add("Relu", Product("x", 4, 8)), 8, 4), 3, 4).Find();

        Assert.Empty(search.Sites);
        Assert.NotEmpty(search.Skipped);
    }

    [Fact]
    public void A_product_with_a_fused_gelu_is_read()
    {
        var g = new GraphBuilder(("x", [3, 4]));
        var hidden = g.Add("com.microsoft::GemmFastGelu", "x", g.Weight(4, 8), g.Weight(8));

        var site = Assert.Single(g.Output(g.Linear(hidden, 8, 4), 3, 4).Find().Sites);

        Assert.Equal("gelu_tanh", site.Activation);
        Assert.True(site.HasUpBias);
    }
}
