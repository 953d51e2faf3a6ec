namespace NativeSparse.Kernels;

/// <summary>
/// Low-rank deltas of E experts beside one shared network, before packing (LoRA; MixLoRA, arXiv 2404.15159): a projection W of expert e
/// becomes <c>x W + scale (x In[e]) Out[e]</c>. Arrays are row-major; the caller keeps them. A projection with empty arrays has no delta.
/// </summary>
public sealed class LowRankWeights
{
    /// <summary>E.</summary>
    public required int Experts { get; init; }

    /// <summary>D.</summary>
    public required int InputWidth { get; init; }

    /// <summary>H.</summary>
    public required int HiddenWidth { get; init; }

    /// <summary>O.</summary>
    public required int OutputWidth { get; init; }

    /// <summary>R.</summary>
    public required int Rank { get; init; }

    /// <summary>alpha / R, or alpha / sqrt(R) for rank-stabilized deltas.</summary>
    public float Scale { get; init; } = 1;

    /// <summary><c>[E, D, R]</c>, or empty.</summary>
    public ReadOnlyMemory<float> UpIn { get; init; }

    /// <summary><c>[E, R, H]</c>, or empty.</summary>
    public ReadOnlyMemory<float> UpOut { get; init; }

    /// <summary><c>[E, D, R]</c>, or empty.</summary>
    public ReadOnlyMemory<float> GateIn { get; init; }

    /// <summary><c>[E, R, H]</c>, or empty.</summary>
    public ReadOnlyMemory<float> GateOut { get; init; }

    /// <summary><c>[E, H, R]</c>, or empty.</summary>
    public ReadOnlyMemory<float> DownIn { get; init; }

    /// <summary><c>[E, R, O]</c>, or empty.</summary>
    public ReadOnlyMemory<float> DownOut { get; init; }
}
