namespace NativeSparse.Kernels;

/// <summary>float32 experts as panels, wherever these lie.</summary>
internal abstract class Float32Experts : PackedExperts
{
    private protected Float32Experts(int experts, int inputWidth, int expertWidth, int outputWidth, Activation activation)
        : base(experts, inputWidth, expertWidth, outputWidth, Precision.Float32)
        => Activation = activation;

    public Activation Activation { get; }

    /// <summary>Columns of a panel.</summary>
    public abstract int Panel { get; }

    public abstract bool IsGated { get; }

    /// <summary>Whether the last input of the down product is the routing weight.</summary>
    public abstract bool HasExpertBias { get; }

    /// <summary>Values from one hidden row to the next: room for the panels of the widest expert.</summary>
    public abstract int HiddenStride { get; }

    /// <summary>The panels of one expert.</summary>
    public abstract ExpertPanels this[int expert] { get; }
}
