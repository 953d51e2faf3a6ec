using NativeSparse.Kernels;

namespace NativeSparse.Numerics;

/// <summary>Turns matrices.</summary>
internal static class Transposition
{
    private const int Tile = 32;

    /// <summary><c>turned[columns, rows]</c> of <c>values[rows, columns]</c>; some columns at a time, so that both sides stay in the cache.</summary>
    public static unsafe void Turn(WorkSplitter splitter, float[] values, int rows, int columns, float[] turned) =>
        splitter.ForRanges(columns, Tile, (first, last) =>
        {
            fixed (float* source = values)
            fixed (float* target = turned)
            {
                for (var column = first; column < last; column += Tile)
                {
                    var start = target + ((nint)column * rows);
                    RowsToColumns.Run(source + column, columns, rows, Math.Min(Tile, last - column), start, rows);
                }
            }
        });
}
