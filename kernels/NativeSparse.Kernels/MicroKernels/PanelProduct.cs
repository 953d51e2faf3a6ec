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

    /// <summary>Panels of a short reduction are multiplied in groups of this size, which stay in the first-level cache together.</summary>
    private const int GroupFloats = 4096;

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

        for (var block = 0; block < shape.Blocks; block++)
        {
            var isLast = block == shape.Blocks - 1;
            var start = (nint)block * PanelShape.Block;
            var length = shape.BlockLength(block);
            var continues = add || block > 0;
            var panel = first;
            while (panel < full)
            {
                var source = weights + shape.Offset(block, panel);
                var count = Math.Min(Math.Max(GroupFloats / (length * Panel), 1), full - panel);
                var next = isLast && panel + count == shape.Panels ? upcoming : source + ((nint)count * length * Panel);
                count = Multiply(x, rows, start, length, source, full - panel, count, sums, (nint)panel * Panel, continues, next);
                if (isLast && !(finish.IsIdentity && sums == y))
                {
                    for (var p = panel; p < panel + count; p++)
                    {
                        PanelFinish<TWidth, TVector>.Run(finish, sums, y, rows, (nint)p * Panel);
                    }
                }

                panel += count;
            }

            if (tail >= first)
            {
                RunTiles(x, rows, start, length, weights + shape.Offset(block, tail), 1, tailRows, 0, add: true, next: upcoming);
            }
        }

        if (tail >= first)
        {
            PanelTail.Finish<TWidth, TVector>(finish, shape, tailRows, rows, y);
        }
    }

    /// <summary>Multiplies with a group of panels, or with several side by side where there are few rows; returns with how many.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Multiply(
        float** x,
        int rows,
        nint start,
        nint length,
        float* weights,
        int panels,
        int group,
        float** sums,
        nint column,
        bool add,
        float* next)
    {
        if (rows == 1 && panels >= 4)
        {
            WideTile<TWidth, TVector>.RunOneRow(x[0] + start, length, weights, length * Panel, sums[0] + column, add);
            return 4;
        }

        if (rows == 2 && panels >= 2)
        {
            WideTile<TWidth, TVector>.RunTwoRows(
                x[0] + start, x[1] + start, length, weights, length * Panel, sums[0] + column, sums[1] + column, add);
            return 2;
        }

        RunTiles(x, rows, start, length, weights, group, sums, column, add, next);
        return group;
    }

    /// <summary>
    /// All rows times a group of panels, in tiles of nearly equal heights. Each tile asks for its share of the group that comes next, so
    /// that the first tile of that group does not wait for it.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTiles(
        float** x, int rows, nint start, nint length, float* weights, int panels, float** sums, nint column, bool add, float* next)
    {
        var tiles = (rows + TWidth.TileRows - 1) / TWidth.TileRows;
        var share = next is null ? 0 : Math.Min((length * Panel * panels / tiles) + LineFloats - 1, MostPrefetched);
        for (; tiles > 0; tiles--)
        {
            for (nint i = 0; i < share; i += LineFloats)
            {
                TWidth.Prefetch(next + i);
            }

            next += share;
            var height = (rows + tiles - 1) / tiles;
            RunTile(height, x, start, length, weights, panels, sums, column, add);
            x += height;
            sums += height;
            rows -= height;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunTile(
        int height, float** x, nint start, nint length, float* weights, int panels, float** sums, nint column, bool add)
    {
        switch (height)
        {
            case 1:
                Tile<TWidth, TVector>.Run<RowCounts.One>(x, start, length, weights, panels, sums, column, add);
                break;
            case 2:
                Tile<TWidth, TVector>.Run<RowCounts.Two>(x, start, length, weights, panels, sums, column, add);
                break;
            case 3:
                Tile<TWidth, TVector>.Run<RowCounts.Three>(x, start, length, weights, panels, sums, column, add);
                break;
            case 4:
                Tile<TWidth, TVector>.Run<RowCounts.Four>(x, start, length, weights, panels, sums, column, add);
                break;
            case 5:
                Tile<TWidth, TVector>.Run<RowCounts.Five>(x, start, length, weights, panels, sums, column, add);
                break;
            case 6:
                Tile<TWidth, TVector>.Run<RowCounts.Six>(x, start, length, weights, panels, sums, column, add);
                break;
            case 7:
                Tile<TWidth, TVector>.Run<RowCounts.Seven>(x, start, length, weights, panels, sums, column, add);
                break;
            default:
                Tile<TWidth, TVector>.Run<RowCounts.Eight>(x, start, length, weights, panels, sums, column, add);
                break;
        }
    }
}
