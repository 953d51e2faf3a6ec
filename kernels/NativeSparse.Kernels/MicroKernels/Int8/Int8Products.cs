namespace NativeSparse.Kernels;

/// <summary>The schedules over one int8 tile: dense products and whole feed-forward networks. Thread-safe.</summary>
internal abstract class Int8Products
{
    private protected Int8Products(Int8Tile tile) => Tile = tile;

    public Int8Tile Tile { get; }

    /// <summary>Expert dispatch over the same tile.</summary>
    public abstract Int8Dispatch Experts { get; }

    public PackedMatrix Pack(QuantizedWeights weights) => new Int8Matrix(weights, Tile);

    /// <summary>One product; shapes are checked.</summary>
    public abstract void Run(in Execution execution, View x, Int8Matrix matrix, in Epilogue epilogue, View y);

    /// <summary>Several products of the same rows; shapes are checked, all matrices are of this tile.</summary>
    public abstract void RunMany(
        in Execution execution, View x, ReadOnlySpan<PackedMatrix> matrices, ReadOnlySpan<Epilogue> epilogues, ReadOnlySpan<View> outputs);

    /// <summary>A product with diagonal blocks; shapes are checked, all blocks are of this tile.</summary>
    public abstract void Run(in Execution execution, View x, PackedBlockDiagonal blocks, in Epilogue epilogue, View y);

    /// <summary>A product with sparse weights; shapes are checked, the weights are of this tile.</summary>
    public abstract void Run(in Execution execution, View x, SparseInt8Matrix matrix, in Epilogue epilogue, View y);

    /// <summary>A whole network; shapes are checked, all matrices are of this tile.</summary>
    public abstract void RunFeedForward(in Execution execution, View x, in FeedForwardMatrices network, View y);
}
