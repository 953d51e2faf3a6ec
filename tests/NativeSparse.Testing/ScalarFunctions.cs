using System.Globalization;

namespace NativeSparse.Testing;

/// <summary>The activations in double precision, by their names.</summary>
public static class ScalarFunctions
{
    private const string Leaky = "leaky_relu_";

    /// <summary>The function of a name.</summary>
    public static Func<double, double> Find(string name) => name switch
    {
        "identity" => x => x,
        "relu" => x => Math.Max(x, 0),
        "relu2" => x => Math.Max(x, 0) * Math.Max(x, 0),
        "relu6" => x => Math.Clamp(x, 0, 6),
        "gelu" => x => 0.5 * x * (1 + MathNet.Numerics.SpecialFunctions.Erf(x / Math.Sqrt(2))),
        "gelu_tanh" => x => 0.5 * x * (1 + Math.Tanh(Math.Sqrt(2 / Math.PI) * (x + (0.044715 * x * x * x)))),
        "quick_gelu" => x => x * Sigmoid(1.702 * x),
        "silu" => x => x * Sigmoid(x),
        "hardswish" => x => x * Math.Clamp((x / 6) + 0.5, 0, 1),
        "hardsigmoid" => x => Math.Clamp((x / 6) + 0.5, 0, 1),
        "mish" => x => x * Math.Tanh(Softplus(x)),
        "softplus" => Softplus,
        "elu" => x => x > 0 ? x : Math.Exp(x) - 1,
        "selu" => x => 1.0507009873554805 * (x > 0 ? x : 1.6732632423543772 * (Math.Exp(x) - 1)),
        "tanh" => Math.Tanh,
        "sigmoid" => Sigmoid,
        _ when name.StartsWith(Leaky, StringComparison.Ordinal) =>
            x => x > 0 ? x : x * double.Parse(name.AsSpan(Leaky.Length), CultureInfo.InvariantCulture),
        _ => throw new ArgumentOutOfRangeException(nameof(name), name, "no such activation"),
    };

    private static double Sigmoid(double x) => 1 / (1 + Math.Exp(-x));

    private static double Softplus(double x) => Math.Max(x, 0) + Math.Log(1 + Math.Exp(-Math.Abs(x)));
}
