using System.Globalization;
using MathNet.Numerics;

namespace NativeSparse.Onnx;

/// <summary>The activations that a site may have, under the names used in plans and files.</summary>
internal static class KnownActivations
{
    private static readonly double GeluTanhFactor = Math.Sqrt(2 / Math.PI);

    /// <summary>Name and function of each activation without parameters.</summary>
    internal static IReadOnlyList<(string Name, Func<double, double> Function)> All { get; } =
    [
        ("identity", v => v),
        ("relu", v => Math.Max(v, 0)),
        ("relu2", v => v > 0 ? v * v : 0),
        ("relu6", v => Math.Clamp(v, 0, 6)),
        ("gelu", v => 0.5 * v * (1 + SpecialFunctions.Erf(v / Math.Sqrt(2)))),
        ("gelu_tanh", v => 0.5 * v * (1 + Math.Tanh(GeluTanhFactor * (v + (0.044715 * v * v * v))))),
        ("quick_gelu", v => v / (1 + Math.Exp(-1.702 * v))),
        ("silu", v => v / (1 + Math.Exp(-v))),
        ("hardswish", v => v * Math.Clamp((v / 6) + 0.5, 0, 1)),
        ("hardsigmoid", v => Math.Clamp((v / 6) + 0.5, 0, 1)),
        ("mish", v => v * Math.Tanh(Math.Log(1 + Math.Exp(v)))),
        ("softplus", v => Math.Log(1 + Math.Exp(v))),
        ("elu", v => v >= 0 ? v : Math.Exp(v) - 1),
        ("selu", v => 1.0507009873554805 * (v >= 0 ? v : 1.6732632423543772 * (Math.Exp(v) - 1))),
        ("tanh", Math.Tanh),
        ("sigmoid", v => 1 / (1 + Math.Exp(-v))),
    ];

    /// <summary>The leaky ReLU of a slope, its name with the shortest decimal within a relative tolerance.</summary>
    internal static (string Name, Func<double, double> Function) LeakyRelu(double slope, double tolerance)
    {
        var rounded = slope;
        for (var digits = 1; digits < 8; digits++)
        {
            rounded = double.Parse(slope.ToString($"G{digits}", CultureInfo.InvariantCulture), CultureInfo.InvariantCulture);
            if (Math.Abs(rounded - slope) <= tolerance * Math.Abs(slope))
            {
                break;
            }
        }

        return ($"leaky_relu_{rounded.ToString("0.#######", CultureInfo.InvariantCulture)}", v => v >= 0 ? v : rounded * v);
    }
}
