namespace NativeSparse.Kernels;

/// <summary>
/// Rounds the tokens once, runs each expert's up product over its bin, rounds all hidden values of a token with one scale, and sums the down
/// products of its experts as integers.
/// </summary>
internal sealed unsafe class Int8DispatchSchedule<TWidth, TVector>(Int8Tile tile) : Int8Dispatch(tile)
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Tokens of one pass: bounds the scratch memory.</summary>
    private const int PassTokens = 512;

    /// <summary>Hidden values and sums of a pass through narrow experts: what the second-level cache holds beside weights.</summary>
    private const int PassBytes = 7 << 18;

    /// <summary>One in so many experts must be active at least for one down product of all of them to be the faster one.</summary>
    private const int LeastWholeShare = 10;

    public override void Run(in Execution execution, View x, in Routing routing, Int8Experts experts, float scale, View y)
    {
        var most = MostTokens(experts, routing.Experts.Columns);
        var passes = Math.Max((x.Rows + most - 1) / most, 1);
        var passTokens = Math.Max((x.Rows + passes - 1) / passes, 1);
        for (var first = 0; first < x.Rows; first += passTokens)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            using var scope = execution.Scratch.Enter();
            var count = Math.Min(passTokens, x.Rows - first);
            var bins = ExpertBins.Rent(
                execution.Scratch, routing, first, count, experts.Experts, Int8ExpertPass.MaxRows, scale);
            if (bins.Pairs > 0)
            {
                RunPass(execution, x.Slice(first, count), bins, experts, y.Slice(first, count));
            }
        }
    }

    /// <summary>Few enough for narrow experts, whose weights come quickly; others would fetch theirs too often.</summary>
    private static int MostTokens(Int8Experts experts, int active)
    {
        if (experts.Narrow is not { } narrow)
        {
            return PassTokens;
        }

        var bytes = (((long)active * experts.HiddenStride) + experts.SumStride) * sizeof(float) + narrow.TotalDepth;
        return (int)Math.Clamp(PassBytes / bytes, Int8ExpertPass.MaxRows, PassTokens);
    }

    private static void RunPass(in Execution execution, View x, in ExpertBins bins, Int8Experts experts, View y)
    {
        var scratch = execution.Scratch;
        var threads = execution.Splitter.Threads;
        var tile = experts.Tile;
        var pass = new Int8ExpertPass
        {
            X = x,
            Y = y,
            Bins = bins,
            Experts = experts,
            Inputs = QuantizedRows.Rent(scratch, x.Rows, experts.InputWidth, tile),
            Hidden = scratch.RentSpread(bins.Pairs, experts.HiddenStride),
            Ungated = experts.IsGated ? scratch.RentSpread(bins.Pairs, experts.HiddenStride) : default,
            TokenScales = scratch.Rent(1, x.Rows),
            Cancellation = execution.Cancellation,
        };
        if (experts.Narrow is { } narrow)
        {
            pass.Blocks = scratch.RentSpreadInt32(x.Rows, experts.SumStride + (narrow.TotalDepth / sizeof(int)));
            pass.IsDownWhole = narrow.IsWhole && x.Rows >= tile.LeastBlockRows && (long)bins.Pairs * LeastWholeShare >= (long)x.Rows * experts.Experts;
            pass.Starts = scratch.RentInt32(1, x.Rows);
        }
        else
        {
            pass.HiddenInputs = QuantizedRows.Rent(scratch, bins.Pairs, experts.DownWidth, tile);
            pass.Sums = scratch.RentInt32(x.Rows, experts.SumStride);
        }

        var tokenChunks = (x.Rows + Int8ExpertPass.ChunkTokens - 1) / Int8ExpertPass.ChunkTokens;
        var up = WorkShare.Up(bins, experts, experts.IsGated, tile.Columns, threads);
        (pass.UpGroups, pass.UpChunks) = threads == 1 ? (1, 1) : up;
        if (tile.LeastBlockRows <= x.Rows)
        {
            pass.Gathered = QuantizedRows.Rent(scratch, pass.UpChunks * Int8ExpertPass.MaxRows, experts.InputWidth, tile);
        }

        pass.DownChunks = threads == 1 ? 1 : WorkShare.Down(bins, experts, tile.Columns, threads);
        execution.Splitter.Run(tokenChunks, &Int8ExpertPass.RunRounding, ref pass);
        execution.Splitter.Run(pass.UpChunks, &Int8ExpertUp<TWidth, TVector>.Run, ref pass);
        execution.Splitter.Run(tokenChunks, &Int8ExpertHidden.Run, ref pass);
        execution.Splitter.Run(pass.DownChunks, &Int8ExpertDown.Run, ref pass);
        execution.Splitter.Run(tokenChunks, &Int8ExpertSums.Run, ref pass);
    }
}
