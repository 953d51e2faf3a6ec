using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// A block of rows times a range of panels: the schedule that every product walks. Rows are pointers, so that gathering and scattering
/// rows costs nothing; columns beyond the last one live in a block of the stack.
/// </summary>
internal static unsafe class PanelProduct<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Most rows of one call: their part of one block of k stays in the second-level cache.</summary>
    public const int MaxRows = 96;

    private const int LineFloats = 16;

    /// <summary>Rows for which panels are taken side by side, one block after the other, so that weights come in one long stream.</summary>
    private const int WideRows = 2;

    /// <summary>A group of panels of one block stays in the second-level cache, while a tile's rows of x stay in the first.</summary>
    private const int GroupFloats = 16384;

    /// <summary>More would hold up the loads of the tile itself.</summary>
    private const int MostPrefetched = 32 * LineFloats;

    public static int Panel => 2 * TWidth.Lanes;

    /// <summary>
    /// sums[r] (+)= x[r] W for panels <paramref name="first"/> to <paramref name="end"/>, then y[r] = finish(sums[r]).
    /// </summary>
    /// <param name="x">One pointer for each row.</param>
    /// <param name="rows">1 to <see cref="MaxRows"/>.</param>
    /// <param name="weights">The packed matrix.</param>
    /// <param name="shape">Its shape.</param>
    /// <param name="first">First panel.</param>
    /// <param name="end">Panel after the last one.</param>
    /// <param name="sums">Where sums grow: the rows of y, or others where y is read by the finish.</param>
    /// <param name="add">Whether sums start with what is there.</param>
    /// <param name="finish">What is done to complete sums.</param>
    /// <param name="y">One pointer for each row.</param>
    /// <param name="upcoming">Weights that will be read next after these, or null: asked for while the last panel is multiplied.</param>
    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(
        float** x,
        int rows,
        float* weights,
        in PanelShape shape,
        int first,
        int end,
        float** sums,
        bool add,
        in Finish finish,
        float** y,
        float* upcoming = null)
    {
        var tail = shape.OutputWidth % Panel != 0 && end == shape.Panels ? shape.Panels - 1 : -1;
        var full = tail < 0 ? end : tail;
        var tailRows = stackalloc float*[MaxRows];
        var tailValues = stackalloc float[tail < 0 ? 1 : rows * Panel];
        if (tail >= 0)
        {
            PanelTail.Point(tailValues, Panel, tailRows, rows);
            PanelTail.Load(add ? sums : null, shape, tailRows, rows);
        }

        for (var panel = first; panel < full;)
        {
            var count = rows <= WideRows ? full - panel : Math.Min(Math.Max(GroupFloats / (shape.BlockLength(0) * Panel), 1), full - panel);
            for (var block = 0; block < shape.Blocks; block++)
            {
                var start = (nint)block * PanelShape.Block;
                var isLast = block == shape.Blocks - 1;
                var next = !isLast ? weights + shape.Offset(block + 1, panel)
                    : panel + count < shape.Panels ? weights + shape.Offset(0, panel + count) : upcoming;
                Multiply(
                    x, rows, start, shape.BlockLength(block), weights + shape.Offset(block, panel), count, sums, (nint)panel * Panel,
                    add || block > 0, next);
            }

            if (!(finish.IsIdentity && sums == y))
            {
                for (var p = panel; p < panel + count; p++)
                {
                    PanelFinish<TWidth, TVector>.Run(finish, sums, y, rows, (nint)p * Panel);
                }
            }

            panel += count;
        }

        for (var block = 0; block < shape.Blocks && tail >= first; block++)
        {
            RunTiles(
                x, rows, (nint)block * PanelShape.Block, shape.BlockLength(block), weights + shape.Offset(block, tail), 1, tailRows, 0,
                add: true, upcoming);
        }

        if (tail >= first)
        {
            PanelTail.Finish<TWidth, TVector>(finish, shape, tailRows, rows, y);
        }
    }

    /// <summary>All rows times some panels of one block; several panels side by side where there are few rows.</summary>
    private static void Multiply(
        float** x, int rows, nint start, nint length, float* weights, int panels, float** sums, nint column, bool add, float* next)
    {
        var stride = length * Panel;
        for (; rows == 1 && panels >= 4; panels -= 4, weights += 4 * stride, column += 4 * Panel)
        {
            WideTile<TWidth, TVector>.RunOneRow(x[0] + start, length, weights, stride, sums[0] + column, add);
        }

        for (; rows == 2 && panels >= 2; panels -= 2, weights += 2 * stride, column += 2 * Panel)
        {
            WideTile<TWidth, TVector>.RunTwoRows(
                x[0] + start, x[1] + start, length, weights, stride, sums[0] + column, sums[1] + column, add);
        }

        if (panels > 0)
        {
            RunTiles(x, rows, start, length, weights, panels, sums, column, add, next);
        }
    }

    /// <summary>All rows times a group of panels, in tiles of nearly equal heights, each of which asks for its share of the next group.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTiles(
        float** x, int rows, nint start, nint length, float* weights, int panels, float** sums, nint column, bool add, float* next)
    {
        var tiles = (rows + TWidth.TileRows - 1) / TWidth.TileRows;
        var share = next is null ? 0 : Math.Min((length * Panel / tiles) + LineFloats - 1, MostPrefetched) / LineFloats * LineFloats;
        for (; tiles > 0; tiles--)
        {
            var height = (rows + tiles - 1) / tiles;
            RunTile(height, x, start, length, weights, panels, sums, column, add, next, share);
            next += share * panels;
            x += height;
            sums += height;
            rows -= height;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunTile(
        int height,
        float** x,
        nint start,
        nint length,
        float* weights,
        int panels,
        float** sums,
        nint column,
        bool add,
        float* next,
        nint share)
    {
        switch (height)
        {
            case 1:
                Tile<TWidth, TVector>.Run<RowCounts.One>(x, start, length, weights, panels, sums, column, add, next, share);
                break;
            case 2:
                Tile<TWidth, TVector>.Run<RowCounts.Two>(x, start, length, weights, panels, sums, column, add, next, share);
                break;
            case 3:
                Tile<TWidth, TVector>.Run<RowCounts.Three>(x, start, length, weights, panels, sums, column, add, next, share);
                break;
            case 4:
                Tile<TWidth, TVector>.Run<RowCounts.Four>(x, start, length, weights, panels, sums, column, add, next, share);
                break;
            case 5:
                Tile<TWidth, TVector>.Run<RowCounts.Five>(x, start, length, weights, panels, sums, column, add, next, share);
                break;
            case 6:
                Tile<TWidth, TVector>.Run<RowCounts.Six>(x, start, length, weights, panels, sums, column, add, next, share);
                break;
            case 7:
                Tile<TWidth, TVector>.Run<RowCounts.Seven>(x, start, length, weights, panels, sums, column, add, next, share);
                break;
            default:
                Tile<TWidth, TVector>.Run<RowCounts.Eight>(x, start, length, weights, panels, sums, column, add, next, share);
                break;
        }
    }
}
