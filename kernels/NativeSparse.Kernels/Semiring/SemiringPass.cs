namespace NativeSparse.Kernels;

/// <summary>One product: what its chunks share.</summary>
internal unsafe struct SemiringPass<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Rows whose strips of columns follow each other, and between which a cancellation is seen.</summary>
    private const int BlockRows = 1024;

    public GraphRows Graph;

    /// <summary>The operands; the boundary is the targets' own.</summary>
    public MessageRows Rows;

    /// <summary>One row for each segment.</summary>
    public View Segments;

    public int Columns;
    public int Chunks;
    public CancellationToken Cancellation;

    public static void Run<TReduction, TCombination>(ref SemiringPass<TWidth, TVector> pass, int chunk)
        where TReduction : struct, IReduction
        where TCombination : struct, ICombination
    {
        var (first, end) = (pass.Graph.FirstRow(chunk, pass.Chunks), pass.Graph.FirstRow(chunk + 1, pass.Chunks));
        var targets = pass.Graph.Targets;
        pass.RunBlocks<TReduction, TCombination>(pass.Rows, first, Math.Min(end, targets));
        if (end > targets)
        {
            var segments = pass.Rows with
            {
                Starts = pass.Rows.Starts + targets,
                Boundary = null,
                Y = pass.Segments.Row(0),
                YStride = pass.Segments.Stride,
            };
            pass.RunBlocks<TReduction, TCombination>(segments, Math.Max(first - targets, 0), end - targets);
        }
    }

    /// <summary>Joins the segments of one target that has several.</summary>
    public static void Join<TReduction>(ref SemiringPass<TWidth, TVector> pass, int divided)
        where TReduction : struct, IReduction
    {
        pass.Cancellation.ThrowIfCancellationRequested();
        var (first, end) = (pass.Graph.DividedStarts[divided], pass.Graph.DividedStarts[divided + 1]);
        var target = pass.Graph.DividedTargets[divided];
        var total = pass.Segments.Row(first);
        for (var segment = first + 1; segment < end; segment++)
        {
            Join<TReduction>(total, pass.Segments.Row(segment), pass.Columns);
        }

        if (pass.Rows.Boundary != null)
        {
            Join<TReduction>(total, pass.Rows.Boundary + (target * pass.Rows.BoundaryStride), pass.Columns);
        }

        new ReadOnlySpan<float>(total, pass.Columns).CopyTo(new Span<float>(pass.Rows.Y + (target * pass.Rows.YStride), pass.Columns));
    }

    private static void Join<TReduction>(float* total, float* value, int columns)
        where TReduction : struct, IReduction
    {
        var column = 0;
        for (; column <= columns - TWidth.Lanes; column += TWidth.Lanes)
        {
            TWidth.Store(TReduction.Join<TWidth, TVector>(TWidth.Load(total + column), TWidth.Load(value + column)), total + column);
        }

        for (; column < columns; column++)
        {
            total[column] = TReduction.Join(total[column], value[column]);
        }
    }

    private readonly void RunBlocks<TReduction, TCombination>(in MessageRows rows, int first, int end)
        where TReduction : struct, IReduction
        where TCombination : struct, ICombination
    {
        for (; first < end; first += BlockRows)
        {
            Cancellation.ThrowIfCancellationRequested();
            SemiringStrips<TWidth, TVector, TReduction, TCombination>.Run(rows, first, Math.Min(first + BlockRows, end), Columns);
        }
    }
}
