using NativeSparse.Kernels;
using NativeSparse.Numerics;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>The dense network's activations on calibration tokens: what every fit of a site works on.</summary>
internal sealed record SiteActivations
{
    /// <summary>Inputs of the fits, <c>[N, D]</c>, in random order.</summary>
    public required float[] Inputs { get; init; }

    /// <summary>Their hidden activations, <c>[N, H]</c>.</summary>
    public required float[] Hidden { get; init; }

    /// <summary>Their dense outputs, <c>[N, O]</c>.</summary>
    public required float[] Outputs { get; init; }

    /// <summary>Inputs that decide between fits, <c>[M, D]</c>.</summary>
    public required float[] ChoiceInputs { get; init; }

    /// <summary>Their hidden activations, <c>[M, H]</c>.</summary>
    public required float[] ChoiceHidden { get; init; }

    /// <summary>Their dense outputs, <c>[M, O]</c>.</summary>
    public required float[] ChoiceOutputs { get; init; }

    /// <summary>mu: each hidden neuron's median, <c>[H]</c>.</summary>
    public required float[] Medians { get; init; }

    /// <summary>Runs the dense network.</summary>
    public static SiteActivations Of(FeedForwardWeights weights, Activation activation, CalibrationTokens tokens, MatrixProducts products)
    {
        using var network = new DenseNetwork(weights, activation, products);
        var hidden = network.Hidden(tokens.Fit);
        var choice = network.Hidden(tokens.Choice);
        return new SiteActivations
        {
            Inputs = tokens.Fit,
            Hidden = hidden,
            Outputs = network.Output(hidden),
            ChoiceInputs = tokens.Choice,
            ChoiceHidden = choice,
            ChoiceOutputs = network.Output(choice),
            Medians = CentredActivations.Medians(products, hidden, weights.HiddenWidth),
        };
    }

    /// <summary>The same with fewer tokens to fit on; the medians stay.</summary>
    public SiteActivations Take(int tokens)
    {
        var all = Hidden.Length / Medians.Length;
        return tokens >= all
            ? this
            : this with
            {
                Inputs = Inputs[..(Inputs.Length / all * tokens)],
                Hidden = Hidden[..(Medians.Length * tokens)],
                Outputs = Outputs[..(Outputs.Length / all * tokens)],
            };
    }
}
