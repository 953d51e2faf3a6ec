using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;
using DataType = NativeSparse.Onnx.Protobuf.TensorProto.Types.DataType;

namespace NativeSparse.Onnx.Tests.Fuzzing;

/// <summary>Damage to a parsed model: it stays a readable message and lies about everything else.</summary>
internal sealed class StructureMutations(ModelProto model, Random random)
{
    private static readonly long[] Sizes = [-1, 0, 1, 2, 3, int.MaxValue, 1L << 32, 1L << 40, long.MaxValue, long.MinValue];

    private static readonly string[] Locations =
    [
        "", ".", "..", "../x", "/etc/passwd", "C:\\x", "C:x", "\\\\a\\b", "a\0b", "*/_ORT_MEM_ADDR_/*", "missing.bin", "README.md",
        "a/../../README.md", new string('a', 5000), "\ud83d\ude00", "/dev/zero", "bert.ts17.onnx",
    ];

    private readonly List<GraphProto> _graphs = GraphWalk.Graphs(model.Graph).ToList();

    internal void Apply()
    {
        var nodes = Pick(_graphs).Node;
        var tensors = GraphWalk.Tensors(model).ToList();
        switch (random.Next(20))
        {
            case 0 or 1 when tensors.Count > 0:
                Dimensions(Pick(tensors));
                break;
            case 2 when tensors.Count > 0:
                Pick(tensors).DataType = random.Next(-1, 30);
                break;
            case 3 when tensors.Count > 0:
                Data(Pick(tensors));
                break;
            case 4 when tensors.Count > 0:
                External(Pick(tensors));
                break;
            case 5 or 6 when nodes.Count > 0:
                Rewire(nodes);
                break;
            case 7 when nodes.Count > 0:
                Duplicate(nodes);
                break;
            case 8 or 9 when nodes.Count > 0:
                Attribute(Pick(nodes));
                break;
            case 10:
                Wrap(random.Next(1, 40));
                break;
            case 11 when nodes.Count > 1:
                (Pick(nodes).OpType, Pick(nodes).Domain) = (Pick(nodes).OpType, random.Next(2) == 0 ? "" : "com.microsoft");
                break;
            case 12 when nodes.Count > 0:
                nodes.RemoveAt(random.Next(nodes.Count));
                break;
            case 13 when nodes.Count > 1:
                Shuffle(nodes);
                break;
            case 14 when nodes.Count > 0:
                Arity(Pick(nodes));
                break;
            case 15 when nodes.Count > 0:
                Function(Pick(nodes));
                break;
            case 16:
                Shapes();
                break;
            case 17 when tensors.Count > 1:
                Pick(tensors).Name = Pick(tensors).Name;
                break;
            case 18 when model.OpsetImport.Count > 0:
                Pick(model.OpsetImport).Version = Pick(Sizes);
                break;
            default:
                Integers(tensors);
                break;
        }
    }

    private T Pick<T>(IList<T> items) => items[random.Next(items.Count)];

    private void Dimensions(TensorProto tensor)
    {
        if (tensor.Dims.Count == 0 || random.Next(4) == 0)
        {
            tensor.Dims.Add(Pick(Sizes));
        }
        else if (random.Next(4) == 0)
        {
            tensor.Dims.RemoveAt(random.Next(tensor.Dims.Count));
        }
        else
        {
            var at = random.Next(tensor.Dims.Count);
            tensor.Dims[at] = random.Next(2) == 0 ? Pick(Sizes) : unchecked(tensor.Dims[at] + random.Next(-2, 3));
        }
    }

    private void Data(TensorProto tensor)
    {
        switch (random.Next(4))
        {
            case 0:
                tensor.ClearRawData();
                break;
            case 1:
                tensor.RawData = ByteString.CopyFrom(tensor.RawData.Span[..(tensor.RawData.Length / 2)]);
                break;
            case 2:
                tensor.FloatData.Add([float.NaN, 1f]);
                break;
            default:
                var bytes = tensor.RawData.ToByteArray();
                random.NextBytes(bytes);
                tensor.RawData = ByteString.CopyFrom(bytes);
                break;
        }
    }

    private void External(TensorProto tensor)
    {
        new ExternalReference(Pick(Locations), random.Next(2) * Math.Abs(Pick(Sizes) / 2), random.Next(2) == 0 ? null : Math.Abs(Pick(Sizes) / 2)).WriteTo(tensor);
        if (random.Next(6) == 0)
        {
            tensor.ExternalData.RemoveAt(random.Next(tensor.ExternalData.Count));
        }
    }

    private void Rewire(IList<NodeProto> nodes)
    {
        var node = Pick(nodes);
        var from = random.Next(3) == 0 ? node : Pick(nodes);
        if (node.Input.Count > 0 && from.Output.Count > 0)
        {
            node.Input[random.Next(node.Input.Count)] = Pick(from.Output);
        }
    }

    private void Duplicate(Google.Protobuf.Collections.RepeatedField<NodeProto> nodes)
    {
        var copy = Pick(nodes).Clone();
        if (copy.Output.Count > 0 && random.Next(2) == 0)
        {
            copy.Output[0] += "_copy";
        }

        nodes.Insert(random.Next(nodes.Count), copy);
    }

    private void Attribute(NodeProto node)
    {
        if (node.Attribute.Count == 0)
        {
            node.Attribute.Add(new AttributeProto { Name = "axis", I = Pick(Sizes), Type = AttributeProto.Types.AttributeType.Int });
            return;
        }

        var attribute = Pick(node.Attribute);
        switch (random.Next(6))
        {
            case 0:
                attribute.I = Pick(Sizes);
                break;
            case 1:
                attribute.F = random.Next(2) == 0 ? float.NaN : float.MaxValue;
                break;
            case 2:
                attribute.Type = (AttributeProto.Types.AttributeType)random.Next(0, 15);
                break;
            case 3:
                attribute.Ints.Add(Pick(Sizes));
                break;
            case 4:
                node.Attribute.Remove(attribute);
                break;
            default:
                attribute.G = Pick(_graphs).Clone();
                break;
        }
    }

    private void Wrap(int levels)
    {
        for (var i = 0; i < levels; i++)
        {
            var graph = new GraphProto { Name = "wrap" };
            var node = new NodeProto { OpType = "If", Name = $"wrap{i}" };
            node.Attribute.Add(new AttributeProto { Name = "then_branch", G = model.Graph, Type = AttributeProto.Types.AttributeType.Graph });
            node.Output.Add($"wrapped{i}");
            graph.Node.Add(node);
            model.Graph = graph;
        }
    }

    private void Shuffle(Google.Protobuf.Collections.RepeatedField<NodeProto> nodes)
    {
        var order = nodes.ToArray();
        random.Shuffle(order);
        nodes.Clear();
        nodes.AddRange(order);
    }

    private void Arity(NodeProto node)
    {
        var list = random.Next(2) == 0 ? node.Input : node.Output;
        if (list.Count > 0 && random.Next(2) == 0)
        {
            list.RemoveAt(random.Next(list.Count));
        }
        else
        {
            list.Insert(random.Next(list.Count + 1), random.Next(2) == 0 ? "" : $"new{random.Next(3)}");
        }
    }

    private void Function(NodeProto node)
    {
        var function = new FunctionProto { Name = node.OpType, Domain = node.Domain };
        function.Input.AddRange(node.Input.Distinct());
        function.Output.AddRange(node.Output);
        function.Node.Add(node.Clone());
        if (random.Next(2) == 0)
        {
            function.Node[0].OpType = random.Next(2) == 0 ? "Relu" : node.OpType + "2";
        }

        function.OpsetImport.Add(model.OpsetImport);
        model.Functions.Add(function);
    }

    private void Shapes()
    {
        foreach (var value in model.Graph.Input.Concat(model.Graph.ValueInfo))
        {
            if (random.Next(4) == 0 && value.Type?.TensorType?.Shape is { } shape)
            {
                shape.Dim.Insert(random.Next(shape.Dim.Count + 1), new TensorShapeProto.Types.Dimension { DimValue = Pick(Sizes) });
            }
        }
    }

    private void Integers(List<TensorProto> tensors)
    {
        // Reshape, Slice, Expand and ConstantOfShape take their sizes from such constants.
        var candidates = tensors.Where(tensor => tensor.DataType == (int)DataType.Int64 && tensor.RawData.Length >= 8).ToList();
        if (candidates.Count == 0)
        {
            return;
        }

        var chosen = Pick(candidates);
        var bytes = chosen.RawData.ToByteArray();
        BitConverter.TryWriteBytes(bytes.AsSpan(8 * random.Next(bytes.Length / 8)), Pick(Sizes));
        chosen.RawData = ByteString.CopyFrom(bytes);
    }
}
