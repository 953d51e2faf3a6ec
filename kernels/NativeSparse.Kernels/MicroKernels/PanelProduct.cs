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

    /// <summary>Rows for which panels are taken side by side, one block after the other, so that weights come in one long stream.</summary>
    private const int WideRows = 2;

    public static int Panel => 2 * TWidth.Lanes;

    /// <summary>
    /// sums[r] (+)= x[r] W for panels <paramref name="first"/> to <paramref name="end"/>, then y[r] = finish(sums[r]).
    /// </summary>
    /// <param name="x">One pointer for each row.</param>
    /// <param name="rows">1 to <see cref="MaxRows"/>.</param>
    /// <param name="weights">The packed matrix, its weights stored as <typeparamref name="TWeights"/> says.</param>
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
    public static void Run<TWeights>(
        float** x,
        int rows,
        void* weights,
        in PanelShape shape,
        int first,
        int end,
        float** sums,
        bool add,
        in Finish finish,
        float** y,
        void* upcoming = null)
        where TWeights : struct, IPanelWeights<TVector>
    {
        var isWide = rows <= WideRows;
        var tail = shape.OutputWidth % Panel != 0 && end == shape.Panels ? shape.Panels - 1 : end;
        var tailRows = stackalloc float*[MaxRows];
        var tailValues = stackalloc float[tail == end ? 1 : rows * Panel];
        if (tail < end)
        {
            PanelTail.Point(tailValues, Panel, tailRows, rows);
            PanelTail.Load(add ? sums : null, shape, tailRows, rows);
        }

        for (var block = shape.FirstBlock; block < shape.EndBlock; block++)
        {
            nint start = shape.Start(block) - shape.FirstInput;
            nint length = shape.InputCount(block);
            var isLast = block == shape.EndBlock - 1;
            var grows = add || block > shape.FirstBlock;
            var after = isLast ? upcoming : TWeights.At(weights, shape.Offset(block + 1, first));
            var done = isWide ? MultiplyWide<TWeights>(x, rows, start, length, weights, shape, block, first, tail, sums, grows) : first;
            for (var panel = done; panel < end; panel++)
            {
                var current = TWeights.At(weights, shape.Offset(block, panel));
                var next = panel < end - 1 ? TWeights.At(current, shape.PanelStride(block)) : after;
                if (panel < tail)
                {
                    RunTiles<TWeights>(x, rows, start, length, current, sums, (nint)panel * Panel, grows, next);
                }
                else
                {
                    RunTiles<TWeights>(x, rows, start, length, current, tailRows, 0, add: true, next);
                }

                if (isLast && !isWide && panel < tail && !(finish.IsIdentity && sums == y))
                {
                    PanelFinish<TWidth, TVector>.Run(finish, sums, (nint)panel * Panel, y, rows, (nint)panel * Panel);
                }
            }
        }

        for (var panel = first; isWide && panel < tail && !(finish.IsIdentity && sums == y); panel++)
        {
            PanelFinish<TWidth, TVector>.Run(finish, sums, (nint)panel * Panel, y, rows, (nint)panel * Panel);
        }

        if (tail < end)
        {
            PanelTail.Finish<TWidth, TVector>(finish, shape, tailRows, rows, y);
        }
    }

    /// <summary>One or two rows times as many panels of one block as fit side by side; returns the first panel that is left.</summary>
    private static int MultiplyWide<TWeights>(
        float** x, int rows, nint start, nint length, void* weights, in PanelShape shape, int block, int first, int end, float** sums, bool add)
        where TWeights : struct, IPanelWeights<TVector>
    {
        var stride = shape.PanelStride(block);
        var panel = first;
        for (; rows == 1 && end - panel >= 4; panel += 4)
        {
            WideTile<TWidth, TVector, TWeights>.RunOneRow(
                x[0] + start, length, TWeights.At(weights, shape.Offset(block, panel)), stride, sums[0] + ((nint)panel * Panel), add);
        }

        for (; rows == 2 && end - panel >= 2; panel += 2)
        {
            var column = (nint)panel * Panel;
            WideTile<TWidth, TVector, TWeights>.RunTwoRows(
                x[0] + start, x[1] + start, length, TWeights.At(weights, shape.Offset(block, panel)), stride, sums[0] + column, sums[1] + column, add);
        }

        return panel;
    }

    /// <summary>All rows times one panel, in tiles of nearly equal heights, each of which asks for its share of the next panel.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunTiles<TWeights>(
        float** x, int rows, nint start, nint length, void* weights, float** sums, nint column, bool add, void* next)
        where TWeights : struct, IPanelWeights<TVector>
    {
        var tiles = (rows + TWidth.TileRows - 1) / TWidth.TileRows;
        var step = next is null ? 0 : ((Panel * TWeights.Bytes) + tiles - 1) / tiles;
        var ahead = next is null ? (byte*)weights : (byte*)next;
        for (; tiles > 0; tiles--)
        {
            var height = (rows + tiles - 1) / tiles;
            RunTile<TWeights>(height, x, start, length, weights, sums, column, add, ahead, step);
            ahead += step * length;
            x += height;
            sums += height;
            rows -= height;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void RunTile<TWeights>(
        int height, float** x, nint start, nint length, void* weights, float** sums, nint column, bool add, byte* ahead, nint step)
        where TWeights : struct, IPanelWeights<TVector>
    {
        switch (height)
        {
            case 1:
                Tile<TWidth, TVector, TWeights>.Run<RowCounts.One>(x, start, length, weights, sums, column, add, ahead, step);
                break;
            case 2:
                Tile<TWidth, TVector, TWeights>.Run<RowCounts.Two>(x, start, length, weights, sums, column, add, ahead, step);
                break;
            case 3:
                Tile<TWidth, TVector, TWeights>.Run<RowCounts.Three>(x, start, length, weights, sums, column, add, ahead, step);
                break;
            case 4:
                Tile<TWidth, TVector, TWeights>.Run<RowCounts.Four>(x, start, length, weights, sums, column, add, ahead, step);
                break;
            case 5:
                Tile<TWidth, TVector, TWeights>.Run<RowCounts.Five>(x, start, length, weights, sums, column, add, ahead, step);
                break;
            case 6:
                Tile<TWidth, TVector, TWeights>.Run<RowCounts.Six>(x, start, length, weights, sums, column, add, ahead, step);
                break;
            case 7:
                Tile<TWidth, TVector, TWeights>.Run<RowCounts.Seven>(x, start, length, weights, sums, column, add, ahead, step);
                break;
            default:
                Tile<TWidth, TVector, TWeights>.Run<RowCounts.Eight>(x, start, length, weights, sums, column, add, ahead, step);
                break;
        }
    }
}
