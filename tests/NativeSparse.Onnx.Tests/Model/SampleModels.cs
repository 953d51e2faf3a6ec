using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;
using DataType = NativeSparse.Onnx.Protobuf.TensorProto.Types.DataType;

namespace NativeSparse.Onnx.Tests.Model;

/// <summary>Small models made by hand.</summary>
internal static class SampleModels
{
    internal static NodeProto Node(string opType, string[] inputs, string[] outputs, string name = "", string domain = "", params AttributeProto[] attributes)
    {
        var node = new NodeProto { OpType = opType, Name = name, Domain = domain };
        node.Input.AddRange(inputs);
        node.Output.AddRange(outputs);
        node.Attribute.AddRange(attributes);
        return node;
    }

    internal static ValueInfoProto Value(string name, params long[] shape)
    {
        var dimensions = new TensorShapeProto();
        dimensions.Dim.AddRange(shape.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        return new ValueInfoProto
        {
            Name = name,
            Type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = (int)DataType.Float, Shape = dimensions } },
        };
    }

    internal static GraphProto Graph(string[] inputs, string[] outputs, params NodeProto[] nodes)
    {
        var graph = new GraphProto { Name = "graph" };
        graph.Input.AddRange(inputs.Select(name => Value(name, 2)));
        graph.Output.AddRange(outputs.Select(name => Value(name, 2)));
        graph.Node.AddRange(nodes);
        return graph;
    }

    internal static ModelProto Model(GraphProto graph, long opset = 17)
    {
        var model = new ModelProto { IrVersion = 8, ProducerName = "test", Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = "", Version = opset });
        return model;
    }

    internal static TensorProto Singles(string name, float[] values, params long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Float };
        tensor.Dims.AddRange(shape);
        tensor.RawData = ByteString.CopyFrom(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        return tensor;
    }

    internal static TensorProto External(string name, string location, long? offset, long? length, params long[] shape)
    {
        var tensor = new TensorProto { Name = name, DataType = (int)DataType.Float, DataLocation = TensorProto.Types.DataLocation.External };
        tensor.Dims.AddRange(shape);
        tensor.ExternalData.Add(new StringStringEntryProto { Key = "location", Value = location });
        if (offset is not null)
        {
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = $"{offset}" });
        }

        if (length is not null)
        {
            tensor.ExternalData.Add(new StringStringEntryProto { Key = "length", Value = $"{length}" });
        }

        return tensor;
    }

    /// <summary>y = x + w, [2], with w as given.</summary>
    internal static ModelProto Adding(TensorProto weight)
    {
        var graph = Graph(["x"], ["y"], Node("Add", ["x", weight.Name], ["y"], "add"));
        graph.Initializer.Add(weight);
        return Model(graph);
    }

    /// <summary>A chain of y = x + w_i over [length] vectors, each in its own initializer.</summary>
    internal static ModelProto Chain(int weights, int length)
    {
        var graph = new GraphProto { Name = "chain" };
        graph.Input.Add(Value("v0", length));
        graph.Output.Add(Value($"v{weights}", length));
        for (var i = 0; i < weights; i++)
        {
            graph.Node.Add(Node("Add", [$"v{i}", $"w{i}"], [$"v{i + 1}"], $"add{i}"));
            graph.Initializer.Add(Singles($"w{i}", Enumerable.Range(0, length).Select(j => (float)((i * 1000) + j)).ToArray(), length));
        }

        return Model(graph);
    }

    internal static OnnxModel Load(ModelProto model, string? folder = null) => OnnxModel.Load(model.ToByteArray(), folder);

    internal static AttributeProto Attribute(string name, GraphProto graph) =>
        new() { Name = name, G = graph, Type = AttributeProto.Types.AttributeType.Graph };

    internal static AttributeProto Attribute(string name, long value) =>
        new() { Name = name, I = value, Type = AttributeProto.Types.AttributeType.Int };

    internal static AttributeProto Attribute(string name, float value) =>
        new() { Name = name, F = value, Type = AttributeProto.Types.AttributeType.Float };

    internal static AttributeProto Reference(string name, string to, AttributeProto.Types.AttributeType type) =>
        new() { Name = name, RefAttrName = to, Type = type };
}
