namespace NativeSparse.Kernels;

/// <summary>The activations in float64, rounded once: the specification of the vectorized ones. NaN gives NaN.</summary>
internal static class ReferenceActivation
{
    private const double SeluScale = 1.0507009873554804934193349852946;
    private const double SeluAlpha = 1.6732632423543772848170429916717;

    public static float Apply(Activation activation, float x) => (float)Exact(activation, x);

    public static double Exact(Activation activation, double x) => activation.Kind switch
    {
        ActivationKind.Identity => x,
        ActivationKind.Relu => Math.Max(x, 0),
        ActivationKind.Relu2 => Math.Max(x, 0) * Math.Max(x, 0),
        ActivationKind.Relu6 => Math.Min(Math.Max(x, 0), 6),
        ActivationKind.Gelu => Gate(x, NormalDistribution(x)),
        ActivationKind.GeluTanh => Gate(x, Sigmoid(2 * Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        ActivationKind.QuickGelu => Gate(x, Sigmoid(1.702 * x)),
        ActivationKind.Silu => Gate(x, Sigmoid(x)),
        ActivationKind.HardSwish => Gate(x, HardSigmoid(x)),
        ActivationKind.HardSigmoid => HardSigmoid(x),
        ActivationKind.Mish => Gate(x, Math.Tanh(Softplus(x))),
        ActivationKind.Softplus => Softplus(x),
        ActivationKind.Elu => x > 0 ? x : ExpMinusOne(x),
        ActivationKind.Selu => SeluScale * (x > 0 ? x : SeluAlpha * ExpMinusOne(x)),
        ActivationKind.LeakyRelu => x > 0 ? x : activation.Slope * x,
        ActivationKind.Tanh => Math.Tanh(x),
        ActivationKind.Sigmoid => Sigmoid(x),
        _ => throw new ArgumentOutOfRangeException(nameof(activation), activation.Kind, "unknown activation"),
    };

    /// <summary>x g, with the limit 0 where x is minus infinity and the gate is closed.</summary>
    private static double Gate(double x, double gate) => gate == 0 ? 0 : x * gate;

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double HardSigmoid(double x) => Math.Min(Math.Max((x / 6) + 0.5, 0), 1);

    private static double Softplus(double x)
    {
        var z = Math.Exp(-Math.Abs(x));
        return Math.Max(x, 0) + (z < 1e-5 ? z - (z * z / 2) : Math.Log(1 + z));
    }

    private static double ExpMinusOne(double x) =>
        Math.Abs(x) < 1e-3 ? x * (1 + (x / 2 * (1 + (x / 3 * (1 + (x / 4)))))) : Math.Exp(x) - 1;

    /// <summary>Phi(x) by its power series near zero and its continued fraction in the tails.</summary>
    private static double NormalDistribution(double x)
    {
        if (double.IsNaN(x))
        {
            return x;
        }

        var z = Math.Abs(x);
        var density = Math.Exp(-z * z / 2) / Math.Sqrt(2 * Math.PI);
        if (z < 3)
        {
            var term = z;
            var sum = z;
            for (var n = 1; term > 1e-18 * sum; n++)
            {
                term *= z * z / ((2 * n) + 1);
                sum += term;
            }

            return 0.5 + (Math.Sign(x) * density * sum);
        }

        var fraction = z;
        for (var n = 60; n > 0; n--)
        {
            fraction = z + (n / fraction);
        }

        var tail = density / fraction;
        return x > 0 ? 1 - tail : tail;
    }
}
