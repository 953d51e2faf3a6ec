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
        Node("Cast", [sums], [cast]).Attribute.Add(new AttributeProto
        {
            Name = "to",
            Type = AttributeProto.Types.AttributeType.Int,
            I = (int)TensorProto.Types.DataType.Float,
        });
        var scales = Add("Mul", scale, Constant(weights.Scales.ToArray(), TensorProto.Types.DataType.Float, weights.OutputWidth));
        return AddBias(Add("Mul", cast, scales), bias);
    }

    /// <summary>GELU (erf).</summary>
    public string Gelu(string x)
    {
        var y = Name();
        Node("Gelu", [x], [y]).Domain = Contrib;
        return y;
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
