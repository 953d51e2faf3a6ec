using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Kernels;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Measurement;

/// <summary>A small graph in ONNX Runtime on the caller's buffers: what kernels are compared with.</summary>
internal sealed class OnnxRuntimeBaseline : IDisposable
{
    private const string Input = "x";
    private const string Contrib = "com.microsoft";

    private readonly InferenceSession _session;
    private readonly RunOptions _options = new();
    private readonly string _output;
    private readonly OrtValue _x;
    private readonly OrtValue _y;

    private OnnxRuntimeBaseline(
        GraphProto graph, string output, View x, View y, OnnxRuntimeThreads threads, Func<View, long[]>? shape = null)
    {
        graph.Name = "baseline";
        shape ??= static view => [view.Rows, view.Columns];
        graph.Input.Add(Value(Input, shape(x)));
        graph.Output.Add(Value(output, shape(y)));
        var model = new ModelProto { IrVersion = 8, Graph = graph };
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = string.Empty, Version = 17 });
        model.OpsetImport.Add(new OperatorSetIdProto { Domain = Contrib, Version = 1 });
        using var options = new SessionOptions
        {
            IntraOpNumThreads = threads.Count,
            InterOpNumThreads = 1,
            GraphOptimizationLevel = GraphOptimizationLevel.ORT_ENABLE_ALL,
        };

        // Threads that go on spinning after a run slow the contender down that is timed next, unless the runner waits for them.
        options.AddSessionConfigEntry("session.force_spinning_stop", threads.KeepSpinning ? "0" : "1");
        _session = new InferenceSession(model.ToByteArray(), options);
        _output = output;
        _x = Bind(x, shape(x));
        _y = Bind(y, shape(y));
    }

    /// <summary>y = x W, in float32, dynamic int8 or 4 bits.</summary>
    public static OnnxRuntimeBaseline MatMul(float[] weights, View x, View y, OnnxRuntimeThreads threads, Precision precision = Precision.Float32)
    {
        var graph = new BaselineGraph();
        return new OnnxRuntimeBaseline(graph.Graph, Linear(graph, Input, weights, x.Columns, y.Columns, null, precision), x, y, threads);
    }

    /// <summary>y = x W1 + x W2 + ..., in float32, dynamic int8 or 4 bits.</summary>
    public static OnnxRuntimeBaseline MatMuls(IReadOnlyList<float[]> weights, View x, View y, OnnxRuntimeThreads threads, Precision precision = Precision.Float32)
    {
        var graph = new BaselineGraph();
        var products = weights.Select(matrix => Linear(graph, Input, matrix, x.Columns, y.Columns, null, precision)).ToArray();
        return new OnnxRuntimeBaseline(graph.Graph, graph.Sum(products), x, y, threads);
    }

    /// <summary>A 1x1 convolution of one image in float32: channels <c>[K, P]</c> to <c>[N, P]</c>; square where P pixels can be.</summary>
    public static OnnxRuntimeBaseline PointwiseConvolution(float[] weights, View x, View y, OnnxRuntimeThreads threads)
    {
        var graph = new BaselineGraph();
        var side = (int)Math.Sqrt(x.Columns);
        var height = side * side == x.Columns ? side : 1;
        return new OnnxRuntimeBaseline(
            graph.Graph, graph.PointwiseConvolution(Input, weights, x.Rows, y.Rows), x, y, threads, view => [1, view.Rows, height, view.Columns / height]);
    }

    /// <summary>Networks one after the other, in float32, dynamic int8 or 4 bits.</summary>
    public static OnnxRuntimeBaseline FeedForward(IReadOnlyList<BenchNetwork> chain, View x, View y, OnnxRuntimeThreads threads, Precision precision = Precision.Float32)
    {
        var graph = new BaselineGraph();
        var value = Input;
        foreach (var network in chain)
        {
            var up = Linear(graph, value, network.Up, network.InputWidth, network.HiddenWidth, network.UpBias, precision);
            value = network switch
            {
                { Gate: { } gate } => graph.Multiply(
                    graph.Silu(Linear(graph, value, gate, network.InputWidth, network.HiddenWidth, null, precision)), up),
                { Activation.Kind: ActivationKind.Gelu } => graph.Gelu(up),
                _ => up,
            };
            value = Linear(graph, value, network.Down, network.HiddenWidth, network.InputWidth, network.DownBias, precision);
        }

        return new OnnxRuntimeBaseline(graph.Graph, value, x, y, threads);
    }

    /// <summary>Router and the operator com.microsoft::MoE, in float32.</summary>
    /// <exception cref="OnnxRuntimeException">This build of ONNX Runtime does not have the operator.</exception>
    public static OnnxRuntimeBaseline MixtureOfExperts(MixtureWeights experts, float[] router, int active, View x, View y, OnnxRuntimeThreads threads)
    {
        var graph = new BaselineGraph();
        var logits = graph.Linear(Input, router, experts.InputWidth, experts.Experts, null);
        return new OnnxRuntimeBaseline(graph.Graph, graph.MixtureOfExperts(Input, logits, experts, active), x, y, threads);
    }

    /// <summary>Router and the operator com.microsoft::QMoE, on int8 or int4 weights.</summary>
    /// <exception cref="OnnxRuntimeException">This build of ONNX Runtime does not have the operator.</exception>
    public static OnnxRuntimeBaseline QuantizedMixtureOfExperts(
        QuantizedMixtureWeights experts, float[] router, int active, View x, View y, OnnxRuntimeThreads threads)
    {
        var graph = new BaselineGraph();
        var logits = graph.Linear(Input, router, experts.Up.Inputs, experts.Experts, null);
        return new OnnxRuntimeBaseline(graph.Graph, graph.QuantizedMixtureOfExperts(Input, logits, experts, active), x, y, threads);
    }

    public void Run() => _session.Run(_options, [Input], [_x], [_output], [_y]);

    public void Dispose()
    {
        _x.Dispose();
        _y.Dispose();
        _options.Dispose();
        _session.Dispose();
    }

    private static string Linear(BaselineGraph graph, string x, float[] weights, int inputs, int outputs, float[]? bias, Precision precision) =>
        precision switch
        {
            Precision.Int8 => graph.DynamicInt8Linear(x, QuantizedWeights.Round(weights, inputs, outputs), bias),
            Precision.Int4 => graph.MatMulNBits(x, QuantizedInt4Weights.Round(weights, inputs, outputs), bias),
            _ => graph.Linear(x, weights, inputs, outputs, bias),
        };

    private static OrtValue Bind(View view, long[] shape) => OrtValue.CreateTensorValueWithData(
        OrtMemoryInfo.DefaultInstance,
        Microsoft.ML.OnnxRuntime.Tensors.TensorElementType.Float,
        shape,
        view.Address,
        (long)view.Rows * view.Columns * sizeof(float));

    private static ValueInfoProto Value(string name, long[] sizes)
    {
        var shape = new TensorShapeProto();
        shape.Dim.Add(sizes.Select(size => new TensorShapeProto.Types.Dimension { DimValue = size }));
        var type = new TypeProto
        {
            TensorType = new TypeProto.Types.Tensor { ElemType = (int)TensorProto.Types.DataType.Float, Shape = shape },
        };
        return new ValueInfoProto { Name = name, Type = type };
    }
}
