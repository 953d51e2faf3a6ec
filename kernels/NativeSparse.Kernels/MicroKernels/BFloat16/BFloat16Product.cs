using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// A block of rows times a range of bfloat16 panels. One or two rows: weights are widened as they are loaded. More rows: each block of a
/// panel is widened once into memory that stays in the first-level cache, and multiplied by the float32 tiles. The float32 operations and
/// their order are those of <see cref="PanelProduct{TWidth, TVector}"/> over the rounded weights.
/// </summary>
internal static unsafe class BFloat16Product<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    private const int CacheLine = 64;

    /// <summary>How far ahead of the widening the weights are asked for.</summary>
    private const int AheadBytes = 4096;

    private static int Panel => PanelProduct<TWidth, TVector>.Panel;

    /// <summary>y[r] = finish(x[r] W) for panels <paramref name="first"/> to <paramref name="end"/>; sums grow in <paramref name="sums"/>.</summary>
    [SkipLocalsInit]
    public static void Run(
        float** x, int rows, ushort* weights, in PanelShape shape, int first, int end, float** sums, in Finish finish, float** y)
    {
        var rest = first + MultiplyWide(x, rows, weights, shape, first, end, sums);
        for (var panel = first; panel < rest && !(finish.IsIdentity && sums == y); panel++)
        {
            PanelFinish<TWidth, TVector>.Run(finish, sums, (nint)panel * Panel, y, rows, (nint)panel * Panel);
        }

        var values = stackalloc float[PanelShape.Block * Panel];
        var inputs = stackalloc float*[rows];
        var panelSums = stackalloc float*[rows];
        var outputs = stackalloc float*[rows];
        var multipliers = stackalloc float*[rows];
        for (var panel = rest; panel < end; panel++)
        {
            var column = (nint)panel * Panel;
            for (var r = 0; r < rows; r++)
            {
                panelSums[r] = sums[r] + column;
                outputs[r] = y[r] + column;
                multipliers[r] = finish.Multiplier is null ? null : finish.Multiplier[r] + column;
            }

            var last = finish with
            {
                Bias = finish.Bias is null ? null : finish.Bias + column,
                Multiplier = finish.Multiplier is null ? null : multipliers,
            };
            for (var block = 0; block < shape.EndBlock; block++)
            {
                var isLast = block == shape.EndBlock - 1;
                var part = new PanelShape(shape.InputCount(block), Math.Min(Panel, shape.OutputWidth - (int)column), Panel);
                Widen(weights + shape.Offset(block, panel), values, part.Length);
                for (var r = 0; r < rows; r++)
                {
                    inputs[r] = x[r] + shape.Start(block);
                }

                PanelProduct<TWidth, TVector>.Run(
                    inputs, rows, values, part, 0, 1, panelSums, block > 0, isLast ? last : default, isLast && sums != y ? outputs : panelSums);
            }
        }
    }

    /// <summary>One or two rows times as many whole panels as fit side by side; returns how many.</summary>
    private static int MultiplyWide(float** x, int rows, ushort* weights, in PanelShape shape, int first, int end, float** sums)
    {
        var whole = Math.Min(end, shape.OutputWidth / Panel) - first;
        var count = rows switch { 1 => whole / 4 * 4, 2 => whole / 2 * 2, _ => 0 };
        for (var block = 0; count > 0 && block < shape.EndBlock; block++)
        {
            var (start, length, stride) = (shape.Start(block), shape.InputCount(block), shape.PanelStride(block));
            for (var panel = first; panel < first + count; panel += rows == 1 ? 4 : 2)
            {
                var column = (nint)panel * Panel;
                var panels = weights + shape.Offset(block, panel);
                if (rows == 1)
                {
                    WideTile<TWidth, TVector, BFloat16Weights<TWidth, TVector>>.RunOneRow(
                        x[0] + start, length, panels, stride, sums[0] + column, block > 0);
                }
                else
                {
                    WideTile<TWidth, TVector, BFloat16Weights<TWidth, TVector>>.RunTwoRows(
                        x[0] + start, x[1] + start, length, panels, stride, sums[0] + column, sums[1] + column, block > 0);
                }
            }
        }

        return Math.Max(count, 0);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Widen(ushort* source, float* destination, nint count)
    {
        for (nint i = 0; i < count; i += TWidth.Lanes)
        {
            if (i * sizeof(ushort) % CacheLine == 0)
            {
                TWidth.Prefetch((byte*)(source + i) + AheadBytes);
            }

            TWidth.Store(TWidth.LoadBFloat16(source + i), destination + i);
        }
    }
}
