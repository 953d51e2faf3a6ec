using System.Runtime.InteropServices;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts;

/// <summary>The schema of an experts node in a saved file.</summary>
internal static class ExpertsNode
{
    /// <summary>Where the scales begin among the constants.</summary>
    private const int UpScale = 12;

    /// <summary>Operator name.</summary>
    public const string OpType = "ExpertsFeedForward";

    private static readonly (RoutingSelection Value, string Name)[] Selections =
        [(RoutingSelection.TopK, "topk"), (RoutingSelection.Threshold, "threshold")];

    private static readonly (RoutingWeights Value, string Name)[] WeightRules =
    [
        (RoutingWeights.None, "none"),
        (RoutingWeights.Softmax, "softmax"),
        (RoutingWeights.SoftmaxRenormalized, "softmax_renormalized"),
    ];

    /// <summary>The node of some experts.</summary>
    public static ReplacementNode Write(string site, ExpertsParameters parameters)
    {
        var integers = parameters.Integers;
        var nibbles = parameters.Nibbles;
        long e = parameters.Experts, d = parameters.InputWidth, b = parameters.ExpertWidth, o = parameters.OutputWidth;
        return new ReplacementNode
        {
            Domain = Session.CustomOpDomain.Domain,
            OpType = OpType,
            Name = site,
            Attributes = new Dictionary<string, object>
            {
                ["activation"] = parameters.Activation.Name,
                ["select"] = Selections.First(entry => entry.Value == parameters.Selection).Name,
                ["k"] = (long)parameters.K,
                ["threshold"] = parameters.Threshold,
                ["scale"] = parameters.Scale,
                ["weights"] = WeightRules.First(entry => entry.Value == parameters.Weights).Name,
            },
            Constants =
            [
                nibbles is null ? Weight("up", parameters, parameters.Up, integers?.Up, e, d, b) : ExpertsNibbles.Values("up", nibbles.Up),
                Optional("up_bias", parameters.UpBias, e, b),
                nibbles is not null ? ExpertsNibbles.Values("gate", nibbles.Gate)
                    : parameters.Gate is null && integers is not { Gate.IsEmpty: false } ? null
                    : Weight("gate", parameters, parameters.Gate, integers?.Gate, e, d, b),
                Optional("gate_bias", parameters.GateBias, e, b),
                nibbles is null ? Weight("down", parameters, parameters.Down, integers?.Down, e, b, o) : ExpertsNibbles.Values("down", nibbles.Down),
                Optional("down_bias", parameters.DownBias, o),
                ConstantTensor.Create("router", parameters.Router, d, e),
                Optional("router_bias", parameters.RouterBias, e),
                Optional("expert_bias", parameters.ExpertBias, e, o),
                Optional("score_up", parameters.ScoreUp, e, o),
                Optional("score_down", parameters.ScoreDown, e, o),
                parameters.Widths is { } widths
                    ? new ConstantTensor("expert_width", "int32", [e], MemoryMarshal.AsBytes(widths.AsSpan()).ToArray())
                    : null,
                .. nibbles is not null ? ExpertsNibbles.Scales(nibbles) : integers is null ? (ConstantTensor?[])[] :
                [
                    ConstantTensor.Create("up_scale", integers.UpScales.ToArray(), e, b),
                    null,
                    integers.Gate.IsEmpty ? null : ConstantTensor.Create("gate_scale", integers.GateScales.ToArray(), e, b),
                    null,
                    ConstantTensor.Create("down_scale", integers.DownScales.ToArray(), o),
                    null,
                ],
            ],
        };
    }

    /// <summary>Reads a node back.</summary>
    public static ExpertsParameters Read(FormNode node)
    {
        var constants = new NodeConstants(node);
        var type = constants.Find(0)?.ElementType;
        var (isInt8, isInt4) = (type == "int8", type == "uint4");
        var (up, shape) = ReadWeight(constants, 0, "up");
        long e = constants.Width(shape[0], "up"), d = constants.Width(shape[1], "up"), b = constants.Width(shape[2], "up");
        var (down, downShape) = ReadWeight(constants, 4, "down");
        long o = constants.Width(downShape[2], "down");
        if (downShape[0] != e || downShape[1] != b)
        {
            throw constants.Error($"input 'down' is [{string.Join(", ", downShape)}], expected [{e}, {b}, O]");
        }

        var gate = constants.Find(2) is null || isInt8 || isInt4 ? null : ReadGate(constants, e, d, b);

        var selection = Named(constants, "select", Selections);
        var k = constants.Integer("k", 0);
        if (selection == RoutingSelection.TopK ? k < 1 || k > e : k is < 0 or > int.MaxValue)
        {
            throw constants.Error($"attribute 'k' is {k}, expected 1..{e}");
        }

        var parameters = new ExpertsParameters
        {
            Experts = (int)e,
            InputWidth = (int)d,
            ExpertWidth = (int)b,
            OutputWidth = (int)o,
            Activation = Activation.Parse(ActivationNames.Check(constants, "activation")),
            Up = up,
            UpBias = constants.Optional(1, "up_bias", e, b),
            Gate = gate,
            IsBFloat16 = type == "bfloat16",
            Integers = isInt8 ? ReadIntegers(constants, (int)e, (int)d, (int)b, (int)o) : null,
            Nibbles = isInt4 ? ExpertsNibbles.Read(constants, UpScale, (int)e, (int)d, (int)b, (int)o) : null,
            GateBias = constants.Optional(3, "gate_bias", e, b),
            Down = down,
            DownBias = constants.Optional(5, "down_bias", o),
            Router = constants.Require(6, "router", d, e),
            RouterBias = constants.Optional(7, "router_bias", e),
            ExpertBias = constants.Optional(8, "expert_bias", e, o),
            ScoreUp = constants.Optional(9, "score_up", e, o),
            ScoreDown = constants.Optional(10, "score_down", e, o),
            Widths = constants.OptionalInt32(11, "expert_width", e),
            Selection = selection,
            K = (int)k,
            Threshold = constants.Number("threshold", 0),
            Scale = constants.Number("scale", 1),
            Weights = Named(constants, "weights", WeightRules),
        };
        if (parameters.Widths?.Any(width => width < 0 || width > b) == true)
        {
            throw constants.Error($"input 'expert_width' has a width outside 0..{b}");
        }

        return parameters;
    }

    /// <summary>The integers and their scales alone; biases and the rest are the parameters' own.</summary>
    private static QuantizedExpertWeights ReadIntegers(NodeConstants constants, int e, int d, int b, int o)
    {
        var gate = constants.Find(2) is null ? [] : constants.RequireInt8(2, "gate", [e, d, b]);
        foreach (var index in (int[])[UpScale, UpScale + 2, UpScale + 4])
        {
            if (constants.Find(index + 1) is not null)
            {
                throw constants.Error("an int8 weight has a zero point; int8 weights have none");
            }
        }

        var weights = new QuantizedExpertWeights
        {
            Experts = e,
            InputWidth = d,
            ExpertWidth = b,
            OutputWidth = o,
            Activation = default,
            Up = constants.RequireInt8(0, "up", [e, d, b]),
            UpScales = constants.Require(UpScale, "up_scale", [e, b]),
            Gate = gate,
            GateScales = gate.Length == 0 ? [] : constants.Require(UpScale + 2, "gate_scale", [e, b]),
            Down = constants.RequireInt8(4, "down", [e, b, o]),
            DownScales = constants.Require(UpScale + 4, "down_scale", [o]),
        };
        if (weights.Up.Span.Contains(sbyte.MinValue) || weights.Gate.Span.Contains(sbyte.MinValue) || weights.Down.Span.Contains(sbyte.MinValue))
        {
            throw constants.Error("an int8 weight is -128; weights are -127 to 127");
        }

        foreach (var scales in new[] { weights.UpScales, weights.GateScales, weights.DownScales })
        {
            if (scales.Span.ContainsAny(float.NaN, float.PositiveInfinity, float.NegativeInfinity))
            {
                throw constants.Error("a scale of an int8 weight is not finite");
            }
        }

        return weights;
    }

    /// <summary>A matrix of all experts at the precision of the first one, as values; none at int8.</summary>
    private static (float[] Values, IReadOnlyList<long> Shape) ReadWeight(NodeConstants constants, int index, string name)
    {
        switch (constants.Find(0)?.ElementType)
        {
            case "int8":
                return ([], constants.RequireInt8(index, name, 3).Shape);
            case "uint4":
                return constants.Find(index) is { Shape: { Count: 3 } shape4 }
                    ? ([], shape4)
                    : throw constants.Error($"input '{name}' is missing or has not rank 3");
            case "bfloat16":
                var (bits, shape) = constants.RequireBFloat16(index, name, 3);
                return (BFloat16Rounding.WidenAll(bits), shape);
            default:
                return constants.Require(index, name, 3);
        }
    }

    private static float[] ReadGate(NodeConstants constants, long e, long d, long b)
    {
        var (values, shape) = ReadWeight(constants, 2, "gate");
        return shape.SequenceEqual([e, d, b])
            ? values
            : throw constants.Error($"input 'gate' is [{string.Join(", ", shape)}], expected [{e}, {d}, {b}]");
    }

    private static ConstantTensor Weight(
        string name, ExpertsParameters parameters, float[]? values, ReadOnlyMemory<sbyte>? integers, params long[] shape) => parameters.Precision switch
        {
            Precision.Int8 => new ConstantTensor(name, "int8", shape, MemoryMarshal.AsBytes(integers!.Value.Span).ToArray()),
            Precision.BFloat16 => new ConstantTensor(
                name, "bfloat16", shape, MemoryMarshal.AsBytes(BFloat16Rounding.ToBits(values).AsSpan()).ToArray()),
            _ => ConstantTensor.Create(name, values!, shape),
        };

    private static ConstantTensor? Optional(string name, float[]? values, params long[] shape) =>
        values is null ? null : ConstantTensor.Create(name, values, shape);

    private static T Named<T>(NodeConstants constants, string attribute, (T Value, string Name)[] known)
        where T : struct
    {
        var name = constants.Text(attribute, known[0].Name);
        foreach (var (value, text) in known)
        {
            if (text == name)
            {
                return value;
            }
        }

        throw constants.Error($"attribute '{attribute}' is '{name}', expected {string.Join(" or ", known.Select(entry => entry.Name))}");
    }
}
