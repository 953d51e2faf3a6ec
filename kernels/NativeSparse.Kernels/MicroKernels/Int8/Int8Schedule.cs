namespace NativeSparse.Kernels;

/// <summary>The int8 schedules over one tile and one vector width.</summary>
internal sealed class Int8Schedule<TWidth, TVector>(Int8Tile tile) : Int8Products(tile)
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public override Int8Dispatch Experts { get; } = new Int8DispatchSchedule<TWidth, TVector>(tile);

    public override void Run(in Execution execution, View x, Int8Matrix matrix, in Epilogue epilogue, View y) =>
        RoundedSchedule<Int8Block<TWidth, TVector>, QuantizedRows, Int8Matrix>.Run(execution, x, matrix, epilogue, y);

    public override void RunMany(
        in Execution execution, View x, ReadOnlySpan<PackedMatrix> matrices, ReadOnlySpan<Epilogue> epilogues, ReadOnlySpan<View> outputs) =>
        RoundedSchedule<Int8Block<TWidth, TVector>, QuantizedRows, Int8Matrix>.RunMany(execution, x, matrices, epilogues, outputs);

    public override void Run(in Execution execution, View x, PackedBlockDiagonal blocks, in Epilogue epilogue, View y) =>
        DiagonalSchedule<RoundedDiagonal<Int8Block<TWidth, TVector>, QuantizedRows, Int8Matrix>, Int8Matrix>.Run(execution, x, blocks, epilogue, y);

    public override void Run(in Execution execution, View x, SparseInt8Matrix matrix, in Epilogue epilogue, View y) =>
        RoundedSchedule<SparseInt8Block<TWidth, TVector>, QuantizedRows, SparseInt8Matrix>.Run(execution, x, matrix, epilogue, y);

    public override void RunFeedForward(in Execution execution, View x, in FeedForwardMatrices network, View y) =>
        RoundedSchedule<Int8Block<TWidth, TVector>, QuantizedRows, Int8Matrix>.RunFeedForward(execution, x, network, y);
}
