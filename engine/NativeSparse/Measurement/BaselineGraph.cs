using System.Runtime.InteropServices;
using Google.Protobuf;
using NativeSparse.Kernels;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Measurement;

/// <summary>Builds the graph of a baseline node by node; every method returns the name of what it computes.</summary>
internal sealed class BaselineGraph
{
    private const string Contrib = "com.microsoft";

    private int _names;

    /// <summary>The nodes and weights so far.</summary>
    public GraphProto Graph { get; } = new();

    /// <summary>x W + b in float32, as exporters write it.</summary>
    public string Linear(string x, float[] weights, int inputs, int outputs, float[]? bias)
    {
        var product = Add("MatMul", x, Constant(weights, TensorProto.Types.DataType.Float, inputs, outputs));
        return AddBias(product, bias);
    }

    /// <summary>A 1x1 convolution of an image <c>[1, K, H, W]</c>; weights are <c>[K, N]</c>.</summary>
    public string PointwiseConvolution(string x, float[] weights, int inputs, int outputs)
    {
        var filters = new float[weights.Length];
        for (var k = 0; k < inputs; k++)
        {
            for (var n = 0; n < outputs; n++)
            {
                filters[(n * inputs) + k] = weights[(k * outputs) + n];
            }
        }

        return Add("Conv", x, Constant(filters, TensorProto.Types.DataType.Float, outputs, inputs, 1, 1));
    }

    /// <summary>The same as ONNX Runtime's dynamic quantization writes it: one scale for all activations, one for each output's weights.</summary>
    public string DynamicInt8Linear(string x, QuantizedWeights weights, float[]? bias)
    {
        var quantized = Name();
        var (scale, zero) = (quantized + "_scale", quantized + "_zero_point");
        Node("DynamicQuantizeLinear", [x], [quantized, scale, zero]);
        var integers = Constant(weights.Values.ToArray(), TensorProto.Types.DataType.Int8, weights.InputWidth, weights.OutputWidth);
        var zeros = Constant(new sbyte[weights.OutputWidth], TensorProto.Types.DataType.Int8, weights.OutputWidth);
        var sums = Add("MatMulInteger", quantized, integers, zero, zeros);
        var cast = Name();
        Node("Cast", [sums], [cast]).Attribute.Add(Integer("to", (int)TensorProto.Types.DataType.Float));
        var scales = Add("Mul", scale, Constant(weights.Scales.ToArray(), TensorProto.Types.DataType.Float, weights.OutputWidth));
        return AddBias(Add("Mul", cast, scales), bias);
    }

    /// <summary>MatMulNBits with groups of 32, asymmetric, at accuracy level 4 (activations rounded to int8).</summary>
    public string MatMulNBits(string x, QuantizedInt4Weights weights, float[]? bias)
    {
        var (k, n) = (weights.InputWidth, weights.OutputWidth);
        var groups = QuantizedInt4Weights.Groups(k);
        var values = new byte[n * groups * 16];
        var scales = new float[n * groups];
        var zeros = new byte[n * ((groups + 1) / 2)];
        for (var column = 0; column < n; column++)
        {
            for (var i = 0; i < k; i++)
            {
                values[(column * groups * 16) + (i / 2)] |= (byte)(weights.Values.Span[(i * n) + column] << (i % 2 * 4));
            }

            for (var g = 0; g < groups; g++)
            {
                scales[(column * groups) + g] = (float)weights.Scales.Span[(g * n) + column];
                zeros[(column * ((groups + 1) / 2)) + (g / 2)] |= (byte)(weights.Zeros.Span[(g * n) + column] << (g % 2 * 4));
            }
        }

        var y = Name();
        var node = Node(
            "MatMulNBits",
            [
                x,
                Constant(values, TensorProto.Types.DataType.Uint8, n, groups, 16),
                Constant(scales, TensorProto.Types.DataType.Float, n * groups),
                Constant(zeros, TensorProto.Types.DataType.Uint8, zeros.Length),
            ],
            [y]);
        node.Domain = Contrib;
        foreach (var (name, value) in new[] { ("K", k), ("N", n), ("bits", 4), ("block_size", 32), ("accuracy_level", 4) })
        {
            node.Attribute.Add(Integer(name, value));
        }

        return AddBias(y, bias);
    }

    /// <summary>
    /// MoE: router logits to the k best experts, weighted by the softmax over them; gelu is its tanh form.
    /// Normalized on purpose: without, 1.31.1 is wrong where x is no graph input.
    /// </summary>
    /// <param name="x"><c>[T, D]</c>.</param>
    /// <param name="logits"><c>[T, E]</c>.</param>
    /// <param name="experts">The weights, in the operator's layout.</param>
    /// <param name="active">k.</param>
    public string MixtureOfExperts(string x, string logits, MixtureWeights experts, int active)
    {
        var (e, d, b) = (experts.Experts, experts.InputWidth, experts.ExpertWidth);
        var y = Name();
        var node = Node(
            "MoE",
            [
                x,
                logits,
                Constant(experts.Up, TensorProto.Types.DataType.Float, e, b, d),
                Constant(experts.UpBias, TensorProto.Types.DataType.Float, e, b),
                Constant(experts.Down, TensorProto.Types.DataType.Float, e, d, b),
            ],
            [y]);
        Describe(node, active);
        return y;
    }

    /// <summary>QMoE: the same on integers; at 4 bits in groups of 32 with zero points.</summary>
    /// <param name="x"><c>[T, D]</c>.</param>
    /// <param name="logits"><c>[T, E]</c>.</param>
    /// <param name="experts">The weights, in the operator's layout.</param>
    /// <param name="active">k.</param>
    public string QuantizedMixtureOfExperts(string x, string logits, QuantizedMixtureWeights experts, int active)
    {
        const int zeroPoints = 11;
        var y = Name();
        var bias = Constant(experts.UpBias, TensorProto.Types.DataType.Float, experts.Experts, experts.Up.Outputs);
        string[] up = Quantized(experts.Up, experts.Experts);
        string[] down = Quantized(experts.Down, experts.Experts);
        string[] inputs = [x, logits, up[0], up[1], bias, down[0], down[1]];
        if (up.Length > 2)
        {
            inputs = [.. inputs, .. Enumerable.Repeat("", zeroPoints - inputs.Length), up[2], down[2]];
        }

        var node = Node("QMoE", inputs, [y]);
        Describe(node, active);
        node.Attribute.Add(Integer("expert_weight_bits", experts.Up.Bits));
        if (experts.Up.Zeros is not null)
        {
            node.Attribute.Add(Integer("block_size", QuantizedInt4Weights.Group));
        }

        return y;
    }

    /// <summary>GELU (erf).</summary>
    public string Gelu(string x)
    {
        var y = Name();
        Node("Gelu", [x], [y]).Domain = Contrib;
        return y;
    }

    /// <summary>x / (1 + e^-x), as exporters write it.</summary>
    public string Silu(string x) => Multiply(x, Add("Sigmoid", x));

    /// <summary>The sum of values.</summary>
    public string Sum(params string[] values) => values.Length == 1 ? values[0] : Add("Sum", values);

    /// <summary>The product of two values.</summary>
    public string Multiply(string x, string y) => Add("Mul", x, y);

    private static AttributeProto Integer(string name, long value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    /// <summary>What MoE and QMoE share.</summary>
    private static void Describe(NodeProto node, int active)
    {
        node.Domain = Contrib;
        node.Attribute.Add(Integer("k", active));
        node.Attribute.Add(Integer("normalize_routing_weights", 1));
        node.Attribute.Add(new AttributeProto
        {
            Name = "activation_type",
            Type = AttributeProto.Types.AttributeType.String,
            S = ByteString.CopyFromUtf8("gelu"),
        });
    }

    /// <summary>Values, scales and, where there are some, zero points.</summary>
    private string[] Quantized(QuantizedMixtureMatrix matrix, int experts)
    {
        var (n, k) = (matrix.Outputs, matrix.Inputs);
        var values = Constant(matrix.Values, TensorProto.Types.DataType.Uint8, experts, n, k * matrix.Bits / 8);
        if (matrix.Zeros is null)
        {
            return [values, Constant(matrix.Scales, TensorProto.Types.DataType.Float, experts, n)];
        }

        var groups = QuantizedInt4Weights.Groups(k);
        return
        [
            values,
            Constant(matrix.Scales, TensorProto.Types.DataType.Float, experts, n, groups),
            Constant(matrix.Zeros, TensorProto.Types.DataType.Uint8, experts, n, groups / 2),
        ];
    }

    private string AddBias(string x, float[]? bias) =>
        bias is null ? x : Add("Add", x, Constant(bias, TensorProto.Types.DataType.Float, bias.Length));

    private string Add(string type, params string[] inputs)
    {
        var output = Name();
        Node(type, inputs, [output]);
        return output;
    }

    private NodeProto Node(string type, string[] inputs, string[] outputs)
    {
        var node = new NodeProto { OpType = type, Name = outputs[0] };
        node.Input.Add(inputs);
        node.Output.Add(outputs);
        Graph.Node.Add(node);
        return node;
    }

    private string Constant<T>(T[] values, TensorProto.Types.DataType type, params long[] shape)
        where T : struct
    {
        var tensor = new TensorProto
        {
            Name = Name(),
            DataType = (int)type,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
        };
        tensor.Dims.Add(shape);
        Graph.Initializer.Add(tensor);
        return tensor.Name;
    }

    private string Name() => $"t{_names++}";
}
