using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>Some rows that are multiplied with one matrix.</summary>
internal struct TileSpan
{
    public int Matrix;

    public int FirstRow;

    /// <summary>0 or less where the span is empty.</summary>
    public int Rows;

    /// <summary>The span of this group: a listed one, or the next rows of every matrix in turn.</summary>
    /// <param name="p">The launch.</param>
    /// <param name="spans">The listed ones, if there are.</param>
    /// <param name="height">Most rows of a group.</param>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static TileSpan OfGroup(in TileParameters p, ArrayView<TileSpan> spans, int height)
    {
        if (p.HasSpans != 0)
        {
            return spans[Grid.IdxY];
        }

        TileSpan span = default;
        span.Matrix = Grid.IdxY / p.RowBlocks;
        span.FirstRow = (Grid.IdxY - (span.Matrix * p.RowBlocks)) * height;
        span.Rows = IntrinsicMath.Min(p.Rows - span.FirstRow, height);
        return span;
    }
}
