using NativeSparse.Kernels;

namespace NativeSparse.Numerics;

/// <summary>Turns matrices.</summary>
internal static class Transposition
{
    private const int Tile = 32;

    /// <summary><c>turned[columns, rows]</c> of <c>values[rows, columns]</c>; tile by tile, so that both sides stay in the cache.</summary>
    public static void Turn(WorkSplitter splitter, float[] values, int rows, int columns, float[] turned) =>
        splitter.ForRanges(columns, Tile, (first, last) =>
        {
            for (var top = 0; top < rows; top += Tile)
            {
                var bottom = Math.Min(rows, top + Tile);
                for (var column = first; column < last; column++)
                {
                    for (var row = top; row < bottom; row++)
                    {
                        turned[(column * rows) + row] = values[(row * columns) + column];
                    }
                }
            }
        });
}
