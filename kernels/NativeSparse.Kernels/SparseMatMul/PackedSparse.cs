namespace NativeSparse.Kernels;

/// <summary>Sparse weights in a backend's layout. Immutable, shared by concurrent runs; owns its memory.</summary>
public abstract class PackedSparse : IDisposable
{
    private protected PackedSparse(SparseWeights weights)
    {
        InputWidth = weights.InputWidth;
        OutputWidth = weights.OutputWidth;
        BlockHeight = weights.BlockHeight;
        Density = weights.Density;
    }

    /// <summary>K.</summary>
    public int InputWidth { get; }

    /// <summary>N.</summary>
    public int OutputWidth { get; }

    /// <summary>R: outputs that share a pattern.</summary>
    public int BlockHeight { get; }

    /// <summary>Stored values over K N.</summary>
    public double Density { get; }

    /// <summary>Which version of the kernels runs them, for reports.</summary>
    public abstract string Version { get; }

    /// <summary>Bytes held.</summary>
    public abstract long ByteCount { get; }

    /// <summary>The weights as they were packed.</summary>
    public abstract SparseWeights Unpack();

    /// <inheritdoc/>
    public abstract void Dispose();
}
