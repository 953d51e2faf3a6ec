namespace NativeSparse.Kernels;

/// <summary>The schedules over one int4 tile: dense products and whole feed-forward networks. Thread-safe.</summary>
internal abstract class Int4Products
{
    private protected Int4Products(Int4Tile tile) => Tile = tile;

    public Int4Tile Tile { get; }

    /// <summary>Expert dispatch over the same tile.</summary>
    public abstract Int4Dispatch Experts { get; }

    public PackedMatrix Pack(QuantizedInt4Weights weights, bool hasGroupScales) => new Int4Matrix(weights, hasGroupScales, Tile);

    /// <summary>One product; shapes are checked.</summary>
    public abstract void Run(in Execution execution, View x, Int4Matrix matrix, in Epilogue epilogue, View y);

    /// <summary>Several products of the same rows; shapes are checked, all matrices are of this tile.</summary>
    public abstract void RunMany(
        in Execution execution, View x, ReadOnlySpan<PackedMatrix> matrices, ReadOnlySpan<Epilogue> epilogues, ReadOnlySpan<View> outputs);

    /// <summary>A product with diagonal blocks; shapes are checked, all blocks are of this tile.</summary>
    public abstract void Run(in Execution execution, View x, PackedBlockDiagonal blocks, in Epilogue epilogue, View y);

    /// <summary>A whole network; shapes are checked, all matrices are of this tile.</summary>
    public abstract void RunFeedForward(in Execution execution, View x, in FeedForwardMatrices network, View y);
}
