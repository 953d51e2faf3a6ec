using System.Globalization;

namespace NativeSparse.Kernels;

/// <summary>A scalar activation function: its kind and, for leaky ReLU, the slope.</summary>
/// <param name="Kind">Which function.</param>
/// <param name="Slope">The slope below zero of <see cref="ActivationKind.LeakyRelu"/>; 0 otherwise.</param>
public readonly record struct Activation(ActivationKind Kind, float Slope = 0)
{
    private const string LeakyPrefix = "leaky_relu_";

    private static readonly Dictionary<string, ActivationKind> Kinds = new(StringComparer.Ordinal)
    {
        ["identity"] = ActivationKind.Identity,
        ["relu"] = ActivationKind.Relu,
        ["relu2"] = ActivationKind.Relu2,
        ["relu6"] = ActivationKind.Relu6,
        ["gelu"] = ActivationKind.Gelu,
        ["gelu_tanh"] = ActivationKind.GeluTanh,
        ["quick_gelu"] = ActivationKind.QuickGelu,
        ["silu"] = ActivationKind.Silu,
        ["hardswish"] = ActivationKind.HardSwish,
        ["hardsigmoid"] = ActivationKind.HardSigmoid,
        ["mish"] = ActivationKind.Mish,
        ["softplus"] = ActivationKind.Softplus,
        ["elu"] = ActivationKind.Elu,
        ["selu"] = ActivationKind.Selu,
        ["tanh"] = ActivationKind.Tanh,
        ["sigmoid"] = ActivationKind.Sigmoid,
    };

    /// <summary>The function's name in the field's spelling: <c>gelu</c>, <c>leaky_relu_0.1</c>, ...</summary>
    public string Name
    {
        get
        {
            if (Kind == ActivationKind.LeakyRelu)
            {
                return LeakyPrefix + Slope.ToString("R", CultureInfo.InvariantCulture);
            }

            foreach (var (name, kind) in Kinds)
            {
                if (kind == Kind)
                {
                    return name;
                }
            }

            return Kind.ToString();
        }
    }

    /// <summary>Reads a name such as <c>gelu_tanh</c> or <c>leaky_relu_0.1</c>.</summary>
    /// <exception cref="FormatException">The name is not one of the known functions; the message lists them.</exception>
    public static Activation Parse(string name)
    {
        if (Kinds.TryGetValue(name, out var kind))
        {
            return new Activation(kind);
        }

        if (name.StartsWith(LeakyPrefix, StringComparison.Ordinal)
            && float.TryParse(name.AsSpan(LeakyPrefix.Length), NumberStyles.Float, CultureInfo.InvariantCulture, out var slope)
            && float.IsFinite(slope))
        {
            return new Activation(ActivationKind.LeakyRelu, slope);
        }

        throw new FormatException($"unknown activation '{name}'; known: {string.Join(", ", Kinds.Keys)}, {LeakyPrefix}<slope>");
    }
}
