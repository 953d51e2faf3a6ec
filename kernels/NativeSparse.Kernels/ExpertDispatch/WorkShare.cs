namespace NativeSparse.Kernels;

/// <summary>How the two halves of a pass are cut for the threads.</summary>
internal static class WorkShare
{
    private const int ChunksPerThread = 4;

    /// <summary>Least multiply-adds of a chunk that is worth a dispatch.</summary>
    private const long LeastWork = 1 << 17;

    /// <summary>A single row costs as much as several, as its weights must come.</summary>
    private const int RowsOfOneRow = 8;

    /// <summary>Groups of panels for each block of rows, and chunks of (block, group) items.</summary>
    public static (int Groups, int Chunks) Up(in ExpertBins bins, PackedExperts experts, bool isGated, int panel, int threads)
    {
        var wanted = Wanted(bins, (isGated ? 2 : 1) * (nint)experts.InputWidth * experts.ExpertWidth, threads);
        var groups = Math.Clamp((wanted + bins.Blocks - 1) / bins.Blocks, 1, (experts.ExpertWidth + panel - 1) / panel);
        return (groups, Math.Min(wanted, bins.Blocks * groups));
    }

    /// <summary>Groups of columns.</summary>
    public static int Down(in ExpertBins bins, PackedExperts experts, int panel, int threads) =>
        Math.Min(Wanted(bins, (nint)experts.ExpertWidth * experts.OutputWidth, threads), (experts.OutputWidth + panel - 1) / panel);

    private static int Wanted(in ExpertBins bins, nint expertWork, int threads)
    {
        var work = (long)expertWork * Math.Max(bins.Pairs, bins.Blocks * RowsOfOneRow);
        return (int)Math.Clamp(work / LeastWork, 1, ChunksPerThread * threads);
    }
}
