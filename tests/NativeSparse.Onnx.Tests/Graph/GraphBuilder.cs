using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx.Tests;

/// <summary>Makes small graphs by hand.</summary>
internal sealed class GraphBuilder
{
    private readonly Random _random = new(7);
    private int _count;

    public GraphBuilder(params (string Name, long[] Shape)[] inputs)
    {
        Model.OpsetImport.Add(new OperatorSetIdProto { Version = 20 });
        Model.OpsetImport.Add(new OperatorSetIdProto { Domain = "com.microsoft", Version = 1 });
        foreach (var (name, shape) in inputs)
        {
            Graph.Input.Add(Value(name, shape));
        }
    }

    public ModelProto Model { get; } = new() { IrVersion = 8, Graph = new GraphProto { Name = "test" } };

    public GraphProto Graph => Model.Graph;

    public string Constant(float[] values, params long[] shape)
    {
        var name = $"constant{_count++}";
        Graph.Initializer.Add(new TensorProto { Name = name, DataType = 1, Dims = { shape }, FloatData = { values } });
        return name;
    }

    public string Scalar(float value) => Constant([value]);

    public string Integers(params long[] values)
    {
        var name = $"integers{_count++}";
        Graph.Initializer.Add(new TensorProto { Name = name, DataType = 7, Dims = { values.Length }, Int64Data = { values } });
        return name;
    }

    /// <summary>An int64 scalar.</summary>
    public string Index(long value)
    {
        var name = Integers(value);
        Graph.Initializer[^1].Dims.Clear();
        return name;
    }

    /// <summary>A uint8 scalar.</summary>
    public string Bytes(byte value)
    {
        var name = $"byte{_count++}";
        Graph.Initializer.Add(new TensorProto { Name = name, DataType = 2, Int32Data = { value } });
        return name;
    }

    /// <summary>Integers of 8 bits.</summary>
    public string Bytes(TensorProto.Types.DataType type, int[] values, params long[] shape)
    {
        var name = $"bytes{_count++}";
        Graph.Initializer.Add(new TensorProto { Name = name, DataType = (int)type, Dims = { shape }, Int32Data = { values } });
        return name;
    }

    public string AddNamed(string operation, string output, params string[] inputs)
    {
        Add(operation, inputs);
        Graph.Node[^1].Output[0] = output;
        return output;
    }

    public string Weight(params long[] shape) =>
        Constant([.. Enumerable.Range(0, (int)shape.Aggregate(1L, (a, b) => a * b)).Select(_ => (float)(_random.NextDouble() - 0.5))], shape);

    public string Add(string operation, params string[] inputs) => Add(operation, inputs, []);

    public string Add(string operation, string[] inputs, params AttributeProto[] attributes)
    {
        var parts = operation.Split("::");
        var name = $"{parts[^1].ToLowerInvariant()}{_count++}";
        Graph.Node.Add(new NodeProto
        {
            OpType = parts[^1],
            Domain = parts.Length > 1 ? parts[0] : "",
            Name = $"node_{name}",
            Input = { inputs },
            Output = { name },
            Attribute = { attributes },
        });
        return name;
    }

    public string Linear(string x, long inputs, long outputs) => Add("Add", Add("MatMul", x, Weight(inputs, outputs)), Weight(outputs));

    public GraphBuilder Output(string name, params long[] shape)
    {
        Graph.Output.Add(Value(name, shape));
        return this;
    }

    public OnnxModel Load() => OnnxModel.Load(new MemoryStream(Model.ToByteArray()));

    public FeedForwardSearch Find() => Load().FindFeedForwards();

    public static AttributeProto Attribute(string name, float value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Float, F = value };

    public static AttributeProto Attribute(string name, params long[] values) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Ints, Ints = { values } };

    public static AttributeProto Attribute(string name, long value) => new() { Name = name, Type = AttributeProto.Types.AttributeType.Int, I = value };

    public static AttributeProto Attribute(string name, string value) =>
        new() { Name = name, Type = AttributeProto.Types.AttributeType.String, S = ByteString.CopyFromUtf8(value) };

    public static ValueInfoProto Untyped(string name) =>
        new() { Name = name, Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = 1 } } };

    public static ValueInfoProto Value(string name, params long[] shape)
    {
        var type = new TypeProto.Types.Tensor { ElemType = 1, Shape = new TensorShapeProto() };
        foreach (var dimension in shape)
        {
            type.Shape.Dim.Add(dimension > 0
                ? new TensorShapeProto.Types.Dimension { DimValue = dimension }
                : new TensorShapeProto.Types.Dimension { DimParam = $"n{-dimension}" });
        }

        return new ValueInfoProto { Name = name, Type = new TypeProto { TensorType = type } };
    }
}
