namespace NativeSparse.Kernels;

/// <summary>
/// Rounds the tokens once, runs each expert over its bin as a feed-forward network of its own, and adds the weighted results token by token.
/// </summary>
internal sealed unsafe class Int4DispatchSchedule<TWidth, TVector>(Int4Tile tile) : Int4Dispatch(tile)
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    private const int MaxPassTokens = 512;

    /// <summary>Values of all experts' outputs in one pass: bounds the scratch memory.</summary>
    private const int PassValues = 2 << 20;

    private const int ChunksPerThread = 4;

    public override void Run(in Execution execution, View x, in Routing routing, Int4Experts experts, float scale, View y)
    {
        var outputs = (long)Math.Max(routing.Experts.Columns, 1) * (experts.OutputWidth + experts.ExpertWidth);
        var passTokens = (int)Math.Clamp(PassValues / outputs, Int4ExpertPass<TWidth, TVector>.ChunkTokens, MaxPassTokens);
        for (var first = 0; first < x.Rows; first += passTokens)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            using var scope = execution.Scratch.Enter();
            var count = Math.Min(passTokens, x.Rows - first);
            var bins = ExpertBins.Rent(execution.Scratch, routing, first, count, experts.Experts, Int4Tile.UsualRows, scale);
            if (bins.Pairs > 0)
            {
                RunPass(execution, x.Slice(first, count), bins, experts, y.Slice(first, count));
            }
        }
    }

    private static void RunPass(in Execution execution, View x, in ExpertBins bins, Int4Experts experts, View y)
    {
        var scratch = execution.Scratch;
        var chunks = Math.Min(bins.Blocks, execution.Splitter.Threads == 1 ? 1 : ChunksPerThread * execution.Splitter.Threads);
        var pass = new Int4ExpertPass<TWidth, TVector>
        {
            X = x,
            Y = y,
            Bins = bins,
            Experts = experts,
            Inputs = Int4Rows.Rent(scratch, x.Rows, experts.Up(0)),
            Gathered = Int4Rows.Rent(scratch, chunks * Int4Tile.UsualRows, experts.Up(0)),
            Hidden = scratch.RentSpread(bins.Pairs, experts.ExpertWidth),
            HiddenInputs = Int4Rows.Rent(scratch, bins.Pairs, experts.Down(0)),
            Outputs = scratch.RentSpread(bins.Pairs, experts.OutputWidth),
            Chunks = chunks,
            Cancellation = execution.Cancellation,
        };
        var tokenChunks = (x.Rows + Int4ExpertPass<TWidth, TVector>.ChunkTokens - 1) / Int4ExpertPass<TWidth, TVector>.ChunkTokens;
        execution.Splitter.Run(tokenChunks, &Int4ExpertPass<TWidth, TVector>.RunRounding, ref pass);
        execution.Splitter.Run(chunks, &Int4ExpertPass<TWidth, TVector>.RunExperts, ref pass);
        execution.Splitter.Run(tokenChunks, &Int4ExpertPass<TWidth, TVector>.RunSums, ref pass);
    }
}
