namespace NativeSparse.Kernels;

/// <summary>Experts with weights of float32 or bfloat16 as panels, wherever these lie; all sums are float32.</summary>
internal abstract class FloatExperts : PackedExperts
{
    private protected FloatExperts(
        int experts, int inputWidth, int expertWidth, int outputWidth, Activation activation, Precision precision)
        : base(experts, inputWidth, expertWidth, outputWidth, precision)
        => Activation = activation;

    public Activation Activation { get; }

    /// <summary>Columns of a panel.</summary>
    public abstract int Panel { get; }

    public abstract bool IsGated { get; }

    /// <summary>Whether the last input of the down product is the routing weight.</summary>
    public abstract bool HasBiasInput { get; }

    /// <summary>Values from one hidden row to the next: room for the panels of the widest expert.</summary>
    public abstract int HiddenStride { get; }

    /// <summary>The panels of one expert.</summary>
    public abstract ExpertPanels this[int expert] { get; }
}
