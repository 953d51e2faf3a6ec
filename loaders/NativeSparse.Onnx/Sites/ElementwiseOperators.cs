using MathNet.Numerics;

namespace NativeSparse.Onnx;

/// <summary>The operators that compute each element from the elements at the same place, evaluated in double.</summary>
internal static class ElementwiseOperators
{
    private static readonly double GeluTanhFactor = Math.Sqrt(2 / Math.PI);

    /// <summary>Whether a node is one of them.</summary>
    internal static bool Contains(GraphNode node) => Unary(node) is not null || Several(node.Operator) is not null || node.Operator is "Clip" or "Where";

    /// <summary>Whether the second input is a bias added before the function.</summary>
    internal static bool AddsBias(GraphNode node) => node.Operator is "com.microsoft::BiasGelu" or "com.microsoft::FastGelu";

    /// <summary>Applies a node to its inputs, each of one length or of one element.</summary>
    internal static double[] Apply(GraphNode node, double[]?[] inputs)
    {
        var length = inputs.Max(i => i?.Length ?? 0);
        var result = new double[length];
        var unary = Unary(node);
        var several = Several(node.Operator);
        for (var i = 0; i < length; i++)
        {
            double At(int input, double absent) => input < inputs.Length && inputs[input] is { } values ? values[values.Length == 1 ? 0 : i] : absent;
            if (unary is not null)
            {
                result[i] = unary(At(0, 0));
            }
            else if (node.Operator == "Clip")
            {
                var low = At(1, node.Real("min", double.NegativeInfinity));
                var high = At(2, node.Real("max", double.PositiveInfinity));
                result[i] = Math.Min(Math.Max(At(0, 0), low), high);
            }
            else if (node.Operator == "Where")
            {
                result[i] = At(0, 0) != 0 ? At(1, 0) : At(2, 0);
            }
            else
            {
                var value = At(0, 0);
                for (var input = 1; input < inputs.Length; input++)
                {
                    value = several!(value, At(input, 0));
                }

                result[i] = value;
            }
        }

        return result;
    }

    /// <summary>GELU by its tanh approximation.</summary>
    internal static double GeluTanh(double v) => 0.5 * v * (1 + Math.Tanh(GeluTanhFactor * (v + (0.044715 * v * v * v))));

    private static Func<double, double>? Unary(GraphNode node)
    {
        switch (node.Operator)
        {
            case "Erf":
                return SpecialFunctions.Erf;
            case "Tanh":
                return Math.Tanh;
            case "Sigmoid":
                return v => 1 / (1 + Math.Exp(-v));
            case "Relu":
                return v => Math.Max(v, 0);
            case "Sqrt":
                return Math.Sqrt;
            case "Reciprocal":
                return v => 1 / v;
            case "Exp":
                return Math.Exp;
            case "Log":
                return Math.Log;
            case "Neg":
                return v => -v;
            case "Abs":
                return Math.Abs;
            case "Sign":
                return v => Math.Sign(v);
            case "IsNaN":
                return v => double.IsNaN(v) ? 1 : 0;
            case "IsInf":
                return v => double.IsInfinity(v) ? 1 : 0;
            case "Not":
                return v => v == 0 ? 1 : 0;
            case "Softplus":
                return v => Math.Log(1 + Math.Exp(v));
            case "Softsign":
                return v => v / (1 + Math.Abs(v));
            case "Elu":
                var elu = node.Real("alpha", 1);
                return v => v >= 0 ? v : elu * (Math.Exp(v) - 1);
            case "Celu":
                var celu = node.Real("alpha", 1);
                return v => v >= 0 ? v : celu * (Math.Exp(v / celu) - 1);
            case "Selu":
                var (alpha, gamma) = (node.Real("alpha", 1.6732632), node.Real("gamma", 1.0507010));
                return v => gamma * (v >= 0 ? v : alpha * (Math.Exp(v) - 1));
            case "LeakyRelu":
                var slope = node.Real("alpha", 0.01f);
                return v => v >= 0 ? v : slope * v;
            case "ThresholdedRelu":
                var threshold = node.Real("alpha", 1);
                return v => v > threshold ? v : 0;
            case "HardSigmoid":
                var (rise, offset) = (node.Real("alpha", 0.2f), node.Real("beta", 0.5));
                return v => Math.Clamp((rise * v) + offset, 0, 1);
            case "HardSwish":
                return v => v * Math.Clamp((v / 6) + 0.5, 0, 1);
            case "Mish":
                return v => v * Math.Tanh(Math.Log(1 + Math.Exp(v)));
            case "Swish":
                var swish = node.Real("alpha", 1);
                return v => v / (1 + Math.Exp(-swish * v));
            case "com.microsoft::QuickGelu":
                var quick = node.Real("alpha", 1.702f);
                return v => v / (1 + Math.Exp(-quick * v));
            case "Gelu" when node.Text("approximate", "none") == "tanh":
            case "com.microsoft::FastGelu":
                return GeluTanh;
            case "Gelu":
            case "com.microsoft::Gelu":
            case "com.microsoft::BiasGelu":
                return v => 0.5 * v * (1 + SpecialFunctions.Erf(v / Math.Sqrt(2)));
            default:
                return null;
        }
    }

    private static Func<double, double, double>? Several(string name) => name switch
    {
        "Add" or "Sum" => (a, b) => a + b,
        "Sub" => (a, b) => a - b,
        "Mul" => (a, b) => a * b,
        "Div" => (a, b) => a / b,
        "Pow" => Math.Pow,
        "Min" => Math.Min,
        "Max" => Math.Max,
        "PRelu" => (a, b) => a >= 0 ? a : b * a,
        "Less" => (a, b) => a < b ? 1 : 0,
        "LessOrEqual" => (a, b) => a <= b ? 1 : 0,
        "Greater" => (a, b) => a > b ? 1 : 0,
        "GreaterOrEqual" => (a, b) => a >= b ? 1 : 0,
        "Equal" => (a, b) => a == b ? 1 : 0,
        "And" => (a, b) => a != 0 && b != 0 ? 1 : 0,
        "Or" => (a, b) => a != 0 || b != 0 ? 1 : 0,
        _ => null,
    };
}
