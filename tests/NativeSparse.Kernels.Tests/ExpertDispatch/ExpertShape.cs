namespace NativeSparse.Kernels.Tests;

/// <summary>The sizes of a problem, and which parts its experts have.</summary>
internal sealed record ExpertShape(
    int Tokens, int Inputs, int Experts, int Width, int Outputs, int Active, bool IsGated = false, bool HasBiases = false)
{
    /// <summary>The activation; GELU, or SiLU for gated experts, where it is not given.</summary>
    public ActivationKind? Kind { get; init; }

    /// <summary>Experts of different widths.</summary>
    public bool IsRagged { get; init; }

    public ExpertWeights Sample(Random random) => new()
    {
        Experts = Experts,
        InputWidth = Inputs,
        ExpertWidth = Width,
        OutputWidth = Outputs,
        Activation = new Activation(Kind ?? (IsGated ? ActivationKind.Silu : ActivationKind.Gelu)),
        Up = Operand.Sample(random, Experts * Inputs * Width),
        UpBias = HasBiases ? Operand.Sample(random, Experts * Width) : default,
        Gate = IsGated ? Operand.Sample(random, Experts * Inputs * Width) : default,
        GateBias = IsGated && HasBiases ? Operand.Sample(random, Experts * Width) : default,
        Down = Operand.Sample(random, Experts * Width * Outputs),
        ExpertBias = HasBiases ? Operand.Sample(random, Experts * Outputs) : default,
        Widths = HasBiases ? Enumerable.Range(0, Experts).Select(e => IsRagged ? Width - e : Width).ToArray() : default,
    };
}
