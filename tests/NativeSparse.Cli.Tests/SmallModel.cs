using System.Runtime.InteropServices;
using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Cli.Tests;

/// <summary>Writes small models: networks 8 -> 16 -> 8 one after the other, input <c>x</c> [T, 8], output <c>y</c>.</summary>
internal sealed class SmallModel
{
    private const int Width = 8;
    private const int Hidden = 16;
    private readonly ModelProto _model = new() { IrVersion = 8, Graph = new GraphProto { Name = "small" } };
    private readonly bool _isQuantized;
    private string _value = "x";

    private SmallModel(bool isQuantized)
    {
        _isQuantized = isQuantized;
        _model.OpsetImport.Add(new OperatorSetIdProto { Version = 17 });
    }

    /// <summary>One network for each name, found as <c>/NAME/ffn</c>; quantized: the weights are int8 with one scale.</summary>
    public static void Write(string path, string[] networks, string activation = "Relu", bool isQuantized = false)
    {
        var model = new SmallModel(isQuantized);
        foreach (var name in networks)
        {
            var hidden = model.Add("MatMul", $"/{name}/up/MatMul", model._value, model.Weights($"{name}.up", Width, Hidden));
            var active = model.Add(activation, $"/{name}/act/{activation}", hidden);
            model._value = model.Add("MatMul", $"/{name}/down/MatMul", active, model.Weights($"{name}.down", Hidden, Width));
        }

        model.Save(path);
    }

    private void Save(string path)
    {
        _model.Graph.Node[^1].Output[0] = "y";
        _model.Graph.Input.Add(Value("x"));
        _model.Graph.Output.Add(Value("y"));
        File.WriteAllBytes(path, _model.ToByteArray());
    }

    private string Add(string operation, string name, params string[] inputs)
    {
        var node = new NodeProto { OpType = operation, Name = name, Output = { $"{name}_output" }, Input = { inputs } };
        _model.Graph.Node.Add(node);
        return node.Output[0];
    }

    private string Weights(string name, int rows, int columns)
    {
        sbyte[] values = [.. Enumerable.Range(0, rows * columns).Select(i => (sbyte)((((i * 37) + name.Length) % 101) - 50))];
        if (!_isQuantized)
        {
            return Constant(name, TensorProto.Types.DataType.Float, Array.ConvertAll(values, value => value / 100f), rows, columns);
        }

        var integers = Constant($"{name}.int8", TensorProto.Types.DataType.Int8, values, rows, columns);
        return Add("DequantizeLinear", $"/{name}/DequantizeLinear", integers, Constant($"{name}.scale", TensorProto.Types.DataType.Float, [0.01f]));
    }

    private string Constant<T>(string name, TensorProto.Types.DataType type, T[] values, params long[] shape)
        where T : struct
    {
        var data = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan()));
        _model.Graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)type, Dims = { shape }, RawData = data });
        return name;
    }

    private static ValueInfoProto Value(string name)
    {
        var shape = new TensorShapeProto
        {
            Dim = { new TensorShapeProto.Types.Dimension { DimParam = "tokens" }, new TensorShapeProto.Types.Dimension { DimValue = Width } },
        };
        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1, Shape = shape } } };
    }
}
