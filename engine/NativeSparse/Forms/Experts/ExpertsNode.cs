using System.Runtime.InteropServices;
using NativeSparse.Kernels;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts;

/// <summary>The schema of an experts node in a saved file.</summary>
internal static class ExpertsNode
{
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
                ConstantTensor.Create("up", parameters.Up, e, d, b),
                Optional("up_bias", parameters.UpBias, e, b),
                Optional("gate", parameters.Gate, e, d, b),
                Optional("gate_bias", parameters.GateBias, e, b),
                ConstantTensor.Create("down", parameters.Down, e, b, o),
                Optional("down_bias", parameters.DownBias, o),
                ConstantTensor.Create("router", parameters.Router, d, e),
                Optional("router_bias", parameters.RouterBias, e),
                Optional("expert_bias", parameters.ExpertBias, e, o),
                Optional("score_up", parameters.ScoreUp, e, o),
                Optional("score_down", parameters.ScoreDown, e, o),
                parameters.Widths is { } widths
                    ? new ConstantTensor("expert_width", "int32", [e], MemoryMarshal.AsBytes(widths.AsSpan()).ToArray())
                    : null,
            ],
        };
    }

    /// <summary>Reads a node back.</summary>
    public static ExpertsParameters Read(FormNode node)
    {
        var constants = new NodeConstants(node);
        var (up, shape) = constants.Require(0, "up", 3);
        long e = constants.Width(shape[0], "up"), d = constants.Width(shape[1], "up"), b = constants.Width(shape[2], "up");
        var (down, downShape) = constants.Require(4, "down", 3);
        long o = constants.Width(downShape[2], "down");
        if (downShape[0] != e || downShape[1] != b)
        {
            throw constants.Error($"input 'down' is [{string.Join(", ", downShape)}], expected [{e}, {b}, O]");
        }

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
            Gate = constants.Optional(2, "gate", e, d, b),
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
