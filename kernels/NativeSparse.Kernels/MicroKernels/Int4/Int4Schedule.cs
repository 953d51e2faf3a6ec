namespace NativeSparse.Kernels;

/// <summary>The int4 schedules over one tile and one vector width.</summary>
internal sealed class Int4Schedule<TWidth, TVector>(Int4Tile tile) : Int4Products(tile)
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public override Int4Dispatch Experts { get; } = new Int4DispatchSchedule<TWidth, TVector>(tile);

    public override void Run(in Execution execution, View x, Int4Matrix matrix, in Epilogue epilogue, View y) =>
        RoundedSchedule<Int4Block<TWidth, TVector>, Int4Rows, Int4Matrix>.Run(execution, x, matrix, epilogue, y);

    public override void RunMany(
        in Execution execution, View x, ReadOnlySpan<PackedMatrix> matrices, ReadOnlySpan<Epilogue> epilogues, ReadOnlySpan<View> outputs) =>
        RoundedSchedule<Int4Block<TWidth, TVector>, Int4Rows, Int4Matrix>.RunMany(execution, x, matrices, epilogues, outputs);

    public override void Run(in Execution execution, View x, PackedBlockDiagonal blocks, in Epilogue epilogue, View y) =>
        DiagonalSchedule<RoundedDiagonal<Int4Block<TWidth, TVector>, Int4Rows, Int4Matrix>, Int4Matrix>.Run(execution, x, blocks, epilogue, y);

    public override void RunFeedForward(in Execution execution, View x, in FeedForwardMatrices network, View y) =>
        RoundedSchedule<Int4Block<TWidth, TVector>, Int4Rows, Int4Matrix>.RunFeedForward(execution, x, network, y);
}
