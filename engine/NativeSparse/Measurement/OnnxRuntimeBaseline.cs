using System.Runtime.InteropServices;
using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Kernels;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Measurement;

/// <summary>A small graph in ONNX Runtime on the caller's buffers: what kernels are compared with.</summary>
internal sealed class OnnxRuntimeBaseline : IDisposable
{
    private const string Input = "x";
    private const string Output = "y";
    private const string Contrib = "com.microsoft";
    private const int Float = (int)TensorProto.Types.DataType.Float;

    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly OrtValue _x;
    private readonly OrtValue _y;

    private OnnxRuntimeBaseline(GraphProto graph, View x, View y, int threads)
    {
        graph.Name = "baseline";
        graph.Input.Add(Value(Input, x));
        graph.Output.Add(Value(Output, y));
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = string.Empty, Version = 17 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Contrib, Version = 1 });
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };

        // Spinning threads of one session would slow every other contender down.
        options.AddSessionConfigEntry("session.force_spinning_stop", "1");
        _session = new InferenceSession(model.ToByteArray(), options);
        _x = Bind(x);
        _y = Bind(y);
    }

    /// <summary>y = x W.</summary>
    public static OnnxRuntimeBaseline MatMul(float[] weights, View x, View y, int threads)
    {
        var graph = new GraphProto();
        graph.Initializer.Add(Weights("w", weights, x.Columns, y.Columns));
        graph.Node.Add(Node("MatMul", Output, Input, "w"));
        return new OnnxRuntimeBaseline(graph, x, y, threads);
    }

    /// <summary>y = gelu(x W1 + b) W2.</summary>
    public static OnnxRuntimeBaseline FeedForward(float[] up, float[] bias, float[] down, View x, View y, int threads)
    {
        var graph = new GraphProto();
        graph.Initializer.Add(Weights("w1", up, x.Columns, bias.Length));
        graph.Initializer.Add(Weights("b1", bias, bias.Length));
        graph.Initializer.Add(Weights("w2", down, bias.Length, y.Columns));
        graph.Node.Add(Node("MatMul", "h0", Input, "w1"));
        graph.Node.Add(Node("Add", "h1", "h0", "b1"));
        var gelu = Node("Gelu", "h2", "h1");
        gelu.Domain = Contrib;
        graph.Node.Add(gelu);
        graph.Node.Add(Node("MatMul", Output, "h2", "w2"));
        return new OnnxRuntimeBaseline(graph, x, y, threads);
    }

    public void Run() => _session.Run(_options, [Input], [_x], [Output], [_y]);

    public void Dispose()
    {
        _x.Dispose();
        _y.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private static OrtValue Bind(View view) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance,
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float,
        [view.Rows, view.Columns],
        view.Address,
        (long)view.Rows * view.Columns * sizeof(float));

    private static NodeProto Node(string type, string output, params string[] inputs)
    {
        var node = new NodeProto { OpType = type, Name = output };
        node.Input.Add(inputs);
        node.Output.Add(output);
        return node;
    }

    private static TensorProto Weights(string name, float[] values, params long[] shape)
    {
        var tensor = new TensorProto
        {
            Name = name,
            DataType = Float,
            RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(values.AsSpan())),
        };
        tensor.Dims.Add(shape);
        return tensor;
    }

    private static ValueInfoProto Value(string name, View view)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = view.Rows });
        shape.Dim.Add(new TensorShapeProto.Types.Dimension { DimValue = view.Columns });
        var type = new TypeProto { TensorType = new TypeProto.Types.Tensor { ElemType = Float, Shape = shape } };
        return new ValueInfoProto { Name = name, Type = type };
    }
}
