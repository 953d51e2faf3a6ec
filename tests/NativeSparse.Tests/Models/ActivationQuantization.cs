using Google.Protobuf;
using NativeSparse.Onnx;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Tests.Models;

/// <summary>
/// Takes the quantization of activations out of a model, so that it is a function of its dequantized weights alone: what a converted model
/// can be compared with.
/// </summary>
internal static class ActivationQuantization
{
    /// <summary>The serialized model without it, or null when there was none.</summary>
    public static byte[]? Remove(string path)
    {
        var model = OnnxModel.Load(path);
        var rewriter = new Rewriter(model.Proto.Graph, model.Tensors);
        return rewriter.Run() ? model.Proto.ToByteArray() : null;
    }

    private sealed class Rewriter(GraphProto graph, TensorReader reader)
    {
        private readonly Dictionary<string, TensorProto> _constants = graph.Initializer.ToDictionary(tensor => tensor.Name);
        private readonly Dictionary<string, NodeProto> _producers = [];
        private readonly HashSet<NodeProto> _integerProducts = [];
        private bool _changed;

        public bool Run()
        {
            foreach (var node in graph.Node)
            {
                foreach (var output in node.Output)
                {
                    _producers[output] = node;
                }
            }

            foreach (var node in graph.Node.ToList())
            {
                Rewrite(node);
            }

            return _changed;
        }

        private void Rewrite(NodeProto node)
        {
            switch (node.OpType)
            {
                case "DequantizeLinear" when Producer(node.Input[0]) is { OpType: "QuantizeLinear" } quantize:
                    Become(node, "Identity", quantize.Input[0]);
                    break;
                case "DynamicQuantizeLinear":
                    Split(node);
                    break;
                case "MatMulInteger":
                    _integerProducts.Add(node);
                    Become(node, "MatMul", node.Input[0], Dequantized(node.Input[1], null, At(node, 3)));
                    break;
                case "Cast" when Producer(node.Input[0]) is { } product && _integerProducts.Contains(product):
                    Become(node, "Identity", node.Input[0]);
                    break;
                case "DynamicQuantizeMatMul":
                    Product(node, Dequantized(node.Input[1], node.Input[2], At(node, 3)), At(node, 4), null);
                    break;
                case "MatMulIntegerToFloat":
                    Product(node, Dequantized(node.Input[1], node.Input[3], At(node, 5)), At(node, 6), node.Input[2]);
                    break;
                case "MatMulNBits" when node.Attribute.FirstOrDefault(attribute => attribute.Name == "accuracy_level") is { } level:
                    node.Attribute.Remove(level);
                    _changed = true;
                    break;
            }
        }

        private NodeProto? Producer(string value) => _producers.GetValueOrDefault(value);

        private static string? At(NodeProto node, int index) =>
            index < node.Input.Count && node.Input[index].Length > 0 ? node.Input[index] : null;

        private void Become(NodeProto node, string opType, params string[] inputs)
        {
            node.OpType = opType;
            node.Domain = string.Empty;
            node.Attribute.Clear();
            node.Input.Clear();
            node.Input.AddRange(inputs);
            _changed = true;
        }

        /// <summary>The quantized value becomes the value itself, its scale 1, its zero point 0.</summary>
        private void Split(NodeProto node)
        {
            var (value, scale, zero) = (node.Output[0], node.Output[1], node.Output[2]);
            node.Output.Clear();
            node.Output.Add(value);
            Become(node, "Identity", node.Input[0]);
            Add(scale, [], [1]);
            Add(zero, [], [0]);
        }

        private void Product(NodeProto node, string weight, string? bias, string? inputScale)
        {
            var output = node.Output[0];
            var input = node.Input[0];
            Become(node, "MatMul", input, weight);
            if (inputScale is null && bias is null)
            {
                return;
            }

            var current = output + "/product";
            node.Output[0] = current;
            var position = graph.Node.IndexOf(node);
            if (inputScale is not null)
            {
                var scaled = bias is null ? output : output + "/scaled";
                graph.Node.Insert(++position, New("Mul", current, inputScale, scaled));
                current = scaled;
            }

            if (bias is not null)
            {
                graph.Node.Insert(++position, New("Add", current, bias, output));
            }
        }

        private static NodeProto New(string opType, string left, string right, string output) => new()
        {
            Name = output + "/" + opType,
            OpType = opType,
            Input = { left, right },
            Output = { output },
        };

        private string Dequantized(string weight, string? scale, string? zeroPoint)
        {
            var tensor = _constants[weight];
            var values = reader.ReadIntegers<int>(tensor);
            var columns = (int)tensor.Dims[^1];
            var zeros = zeroPoint is null ? [0] : reader.ReadIntegers<int>(_constants[zeroPoint]);
            var scales = scale is null ? [1f] : reader.ReadSingles(_constants[scale]);
            var result = new float[values.Length];
            for (var i = 0; i < result.Length; i++)
            {
                result[i] = (values[i] - zeros[zeros.Length == 1 ? 0 : i % columns]) * scales[scales.Length == 1 ? 0 : i % columns];
            }

            var name = $"{weight}/dequantized/{scale}/{zeroPoint}";
            if (!_constants.ContainsKey(name))
            {
                Add(name, [.. tensor.Dims], result);
            }

            return name;
        }

        private void Add(string name, long[] dims, float[] values)
        {
            var tensor = new TensorProto { Name = name, DataType = (int)TensorProto.Types.DataType.Float };
            tensor.Dims.AddRange(dims);
            tensor.FloatData.AddRange(values);
            graph.Initializer.Add(tensor);
            _constants[name] = tensor;
        }
    }
}
