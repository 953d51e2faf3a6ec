using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx.Tests;

/// <summary>Writes a replaced site with standard operators, so that ONNX Runtime can run what <see cref="OnnxModel.Replace"/> put around the node.</summary>
internal static class StandardOperators
{
    public const string Domain = "tests.feedforward";

    /// <summary>The node for a site, with its weights.</summary>
    public static ReplacementNode Node(FeedForwardSite site, string name)
    {
        var weights = site.ReadWeights();
        return new ReplacementNode
        {
            Domain = Domain,
            OpType = "FeedForward",
            Name = name,
            Constants =
            [
                ConstantTensor.Create("up", weights.Up, weights.InputWidth, weights.HiddenWidth),
                weights.UpBias is null ? null : ConstantTensor.Create("up_bias", weights.UpBias, weights.HiddenWidth),
                weights.Gate is null ? null : ConstantTensor.Create("gate", weights.Gate, weights.InputWidth, weights.HiddenWidth),
                weights.GateBias is null ? null : ConstantTensor.Create("gate_bias", weights.GateBias, weights.HiddenWidth),
                ConstantTensor.Create("down", weights.Down, weights.HiddenWidth, weights.OutputWidth),
                weights.DownBias is null ? null : ConstantTensor.Create("down_bias", weights.DownBias, weights.OutputWidth),
            ],
            Attributes = new Dictionary<string, object> { ["activation"] = weights.Activation },
        };
    }

    /// <summary>The node for linears that read one value, with their weights.</summary>
    public static ReplacementNode Node(LinearSite site, string name) => new()
    {
        Domain = Domain,
        OpType = "Linear",
        Name = name,
        Constants =
        [
            .. site.ReadWeights().SelectMany((weights, i) => new[]
            {
                ConstantTensor.Create($"weight_{i}", weights.Weight, weights.InputWidth, weights.OutputWidth),
                weights.Bias is null ? null : ConstantTensor.Create($"bias_{i}", weights.Bias, weights.OutputWidth),
            }),
        ],
    };

    /// <summary>Writes all replaced sites of a model out.</summary>
    public static void Expand(OnnxModel model)
    {
        Expand(model.Proto.Graph, model.Proto.Graph);
        foreach (var import in model.Proto.OpsetImport.Where(o => o.Domain == Domain).ToList())
        {
            model.Proto.OpsetImport.Remove(import);
        }
    }

    private static void Expand(GraphProto graph, GraphProto main)
    {
        var nodes = new List<NodeProto>();
        foreach (var node in graph.Node)
        {
            foreach (var attribute in node.Attribute)
            {
                if (attribute.G is not null)
                {
                    Expand(attribute.G, main);
                }
            }

            if (node.Domain == Domain)
            {
                Write(node, nodes, main);
            }
            else
            {
                nodes.Add(node);
            }
        }

        graph.Node.Clear();
        graph.Node.AddRange(nodes);
    }

    private static void Write(NodeProto node, List<NodeProto> nodes, GraphProto main)
    {
        var counter = 0;
        string Input(int index) => index < node.Input.Count ? node.Input[index] : "";
        string Add(string operation, params string[] inputs)
        {
            var name = $"{node.Name}/step{counter++}";
            nodes.Add(new NodeProto { OpType = operation, Input = { inputs }, Output = { name } });
            return name;
        }

        string Number(float value)
        {
            var name = $"{node.Name}/number{counter++}";
            main.Initializer.Add(new TensorProto { Name = name, DataType = 1, FloatData = { value } });
            return name;
        }

        string Linear(string x, string weight, string bias) => bias.Length == 0 ? Add("MatMul", x, weight) : Add("Add", Add("MatMul", x, weight), bias);

        string Activation(string x) => node.Attribute.Single(a => a.Name == "activation").S.ToStringUtf8() switch
        {
            "identity" => x,
            "relu" => Add("Relu", x),
            "relu2" => Add("Mul", Add("Relu", x), Add("Relu", x)),
            "relu6" => Add("Clip", x, Number(0), Number(6)),
            "gelu" => Add("Mul", Add("Mul", x, Number(0.5f)), Add("Add", Add("Erf", Add("Mul", x, Number(MathF.Sqrt(0.5f)))), Number(1))),
            "gelu_tanh" => Add("Mul", Add("Mul", x, Number(0.5f)), Add("Add", Add("Tanh", Add("Mul", Number(MathF.Sqrt(2 / MathF.PI)),
                Add("Add", x, Add("Mul", Add("Mul", x, Add("Mul", x, x)), Number(0.044715f))))), Number(1))),
            "quick_gelu" => Add("Mul", x, Add("Sigmoid", Add("Mul", x, Number(1.702f)))),
            "silu" => Add("Mul", x, Add("Sigmoid", x)),
            "hardsigmoid" => Add("Div", Add("Clip", Add("Add", x, Number(3)), Number(0), Number(6)), Number(6)),
            "hardswish" => Add("Mul", x, Add("Div", Add("Clip", Add("Add", x, Number(3)), Number(0), Number(6)), Number(6))),
            "mish" => Add("Mul", x, Add("Tanh", Add("Softplus", x))),
            "softplus" => Add("Softplus", x),
            "elu" => Add("Elu", x),
            "selu" => Add("Selu", x),
            "tanh" => Add("Tanh", x),
            "sigmoid" => Add("Sigmoid", x),
            var leaky => Add("Max", x, Add("Mul", x, Number(float.Parse(leaky.Split('_')[^1], System.Globalization.CultureInfo.InvariantCulture)))),
        };

        if (node.OpType == "Linear")
        {
            for (var i = 0; i < node.Output.Count; i++)
            {
                Linear(node.Input[0], Input((2 * i) + 1), Input((2 * i) + 2));
                nodes[^1].Output[0] = node.Output[i];
            }

            return;
        }

        var up = Linear(node.Input[0], Input(1), Input(2));
        var hidden = Input(3).Length == 0 ? Activation(up) : Add("Mul", Activation(Linear(node.Input[0], Input(3), Input(4))), up);
        Linear(hidden, Input(5), Input(6));
        nodes[^1].Output[0] = node.Output[0];
    }
}
