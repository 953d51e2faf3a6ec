namespace NativeSparse.Kernels;

/// <summary>Low-rank deltas in a backend's layout. Immutable, shared by concurrent runs; owns its memory.</summary>
public abstract class LowRankExperts : PackedOperand
{
    private protected LowRankExperts(LowRankWeights weights)
    {
        Experts = weights.Experts;
        InputWidth = weights.InputWidth;
        HiddenWidth = weights.HiddenWidth;
        OutputWidth = weights.OutputWidth;
        Rank = weights.Rank;
    }

    /// <summary>E.</summary>
    public int Experts { get; }

    /// <summary>D.</summary>
    public int InputWidth { get; }

    /// <summary>H.</summary>
    public int HiddenWidth { get; }

    /// <summary>O.</summary>
    public int OutputWidth { get; }

    /// <summary>R.</summary>
    public int Rank { get; }

    /// <summary>Which version of the kernels runs them, for reports.</summary>
    public abstract string Version { get; }

    /// <summary>Bytes held.</summary>
    public abstract long ByteCount { get; }
}
