using System.Runtime.InteropServices;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>
/// Writes linears as ONNX Runtime's dynamic quantization does: one DynamicQuantizeLinear for each value that they read, then for each of them
/// MatMulInteger, Cast, the product of both scales, and the bias. Weights are symmetric int8.
/// </summary>
internal sealed class DynamicQuantizer
{
    private const string Domain = "nativesparse.dynamic";
    private const int Largest = 127;
    private const int LargestReduced = 63;

    private readonly List<NodeProto> _nodes = [];
    private readonly NodeProto _node;

    private DynamicQuantizer(NodeProto node) => _node = node;

    /// <summary>Quantizes every linear that another node can take the place of; returns how many.</summary>
    internal static int Run(OnnxModel model, IReadOnlyList<LinearSite> linears, bool perChannel, bool reduceRange)
    {
        var count = 0;
        foreach (var linear in linears.Where(linear => linear.Obstacle is null))
        {
            model.Replace(linear, Placeholder(linear, perChannel, reduceRange ? LargestReduced : Largest));
            count += linear.Outputs.Count;
        }

        foreach (var graph in GraphIndex.Build(model.Proto).Scopes.Select(scope => scope.Proto).ToList())
        {
            var nodes = graph.Node.SelectMany(node => node.Domain == Domain ? new DynamicQuantizer(node).Write() : [node]).ToList();
            graph.Node.Clear();
            graph.Node.AddRange(nodes);
        }

        foreach (var import in model.Proto.OpsetImport.Where(import => import.Domain == Domain).ToList())
        {
            model.Proto.OpsetImport.Remove(import);
        }

        return count;
    }

    private static ReplacementNode Placeholder(LinearSite linear, bool perChannel, int largest)
    {
        var constants = new List<ConstantTensor?>();
        foreach (var weights in linear.ReadWeights())
        {
            var i = constants.Count;
            var (integers, scales) = Round(weights, perChannel, largest);
            long[] shape = perChannel ? [scales.Length] : [];
            constants.Add(new ConstantTensor($"weight_{i}", "int8", [weights.InputWidth, weights.OutputWidth], MemoryMarshal.AsBytes(integers.AsSpan()).ToArray()));
            constants.Add(new ConstantTensor($"zero_{i}", "int8", shape, new byte[scales.Length]));
            constants.Add(ConstantTensor.Create($"scale_{i}", scales, shape));
            constants.Add(weights.Bias is { } bias ? ConstantTensor.Create($"bias_{i}", bias, bias.Length) : null);
        }

        return new ReplacementNode { Domain = Domain, OpType = "Linear", Name = $"{linear.Name}/quantized", Constants = constants };
    }

    private static (sbyte[] Integers, float[] Scales) Round(LinearWeights weights, bool perChannel, int largest)
    {
        var scales = new float[perChannel ? weights.OutputWidth : 1];
        for (var i = 0; i < weights.Weight.Length; i++)
        {
            ref var scale = ref scales[perChannel ? i % weights.OutputWidth : 0];
            scale = Math.Max(scale, Math.Abs(weights.Weight[i]));
        }

        for (var n = 0; n < scales.Length; n++)
        {
            scales[n] = scales[n] == 0 ? 1 : scales[n] / largest;
        }

        var integers = new sbyte[weights.Weight.Length];
        for (var i = 0; i < integers.Length; i++)
        {
            integers[i] = (sbyte)Math.Clamp(MathF.Round(weights.Weight[i] / scales[perChannel ? i % weights.OutputWidth : 0]), -largest, largest);
        }

        return (integers, scales);
    }

    private List<NodeProto> Write()
    {
        var name = $"{_node.Name}/rows";
        var (scale, zero) = ($"{name}_scale", $"{name}_zero_point");
        _nodes.Add(new NodeProto { OpType = "DynamicQuantizeLinear", Name = $"{name}/DynamicQuantizeLinear", Input = { _node.Input[0] }, Output = { name, scale, zero } });
        for (var i = 0; i < _node.Output.Count; i++)
        {
            var sums = Add("MatMulInteger", i, name, Constant(i, 0), zero, Constant(i, 1));
            var cast = Add("Cast", i, sums);
            _nodes[^1].Attribute.Add(NodeBuilder.Attribute("to", (long)TensorProto.Types.DataType.Float));
            var product = Add("Mul", i, cast, Add("Mul", i, scale, Constant(i, 2)));
            if (Constant(i, 3) is { Length: > 0 } bias)
            {
                Add("Add", i, product, bias);
            }

            _nodes[^1].Output[0] = _node.Output[i];
        }

        return _nodes;
    }

    private string Constant(int output, int which) => (4 * output) + which + 1 is var place && place < _node.Input.Count ? _node.Input[place] : "";

    private string Add(string operation, int output, params string[] inputs)
    {
        var name = $"{_node.Name}/{output}/{_nodes.Count}";
        _nodes.Add(new NodeProto { OpType = operation, Name = $"{name}/{operation}", Input = { inputs }, Output = { name } });
        return name;
    }
}
