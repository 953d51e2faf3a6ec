namespace NativeSparse.Measurement;

/// <summary>The kernel families.</summary>
public enum KernelFamily
{
    /// <summary>Dense products.</summary>
    Dense,

    /// <summary>Whole dense feed-forward networks: up, GELU, down.</summary>
    FeedForward,

    /// <summary>Expert dispatch: a feed-forward network of which each token uses some experts.</summary>
    Experts,

    /// <summary>Top-k routing.</summary>
    Routing,

    /// <summary>Experts that are one shared network and a low-rank delta each.</summary>
    LowRank,

    /// <summary>Products with sparse weights.</summary>
    Sparse,

    /// <summary>Message passing over graphs: products over semirings.</summary>
    Semiring,

    /// <summary>Products with sparse activations.</summary>
    RowSparse,

    /// <summary>Products with block-diagonal weights.</summary>
    BlockDiagonal,
}
