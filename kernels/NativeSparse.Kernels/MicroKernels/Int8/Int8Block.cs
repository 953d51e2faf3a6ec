using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>A block of rounded rows times a range of panels: what every int8 schedule is made of.</summary>
internal static unsafe class Int8Block<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Most rows of a block.</summary>
    public const int MaxRows = 96;

    /// <summary>Rounded rows of one block stay in the second-level cache, beside a panel.</summary>
    private const int BlockBytes = 256 << 10;

    private static int Panel => 2 * TWidth.Lanes;

    /// <summary>Rows of a block of a product over so many inputs: whole tiles.</summary>
    public static int Rows(Int8Tile tile, int inputWidth) =>
        Math.Clamp(BlockBytes / tile.InputBytes(inputWidth), 1, MaxRows) / tile.TileRows * tile.TileRows is > 0 and var rows ? rows : tile.TileRows;

    /// <summary>y[row + r] = multiplier * act(x[row + r] W + bias) for panels <paramref name="first"/> to <paramref name="end"/>.</summary>
    /// <param name="x">Rounded rows.</param>
    /// <param name="xRow">The first of them.</param>
    /// <param name="rows">How many, at most <see cref="MaxRows"/>.</param>
    /// <param name="matrix">The weights.</param>
    /// <param name="first">First panel.</param>
    /// <param name="end">Panel after the last one.</param>
    /// <param name="epilogue">Bias, activation, multiplier.</param>
    /// <param name="y">The destination; the multiplier may be the same memory.</param>
    /// <param name="yRow">The first row in the destination and in the multiplier.</param>
    [SkipLocalsInit]
    public static void Run(
        in QuantizedRows x, int xRow, int rows, Int8Matrix matrix, int first, int end, in Epilogue epilogue, View y, int yRow)
    {
        var inputs = stackalloc byte*[MaxRows];
        var outputs = stackalloc float*[MaxRows];
        var multipliers = stackalloc float*[MaxRows];
        var sums = stackalloc float*[MaxRows];
        var values = stackalloc float[rows * Panel];
        var bias = stackalloc float[Panel];
        for (var r = 0; r < rows; r++)
        {
            inputs[r] = x.Row(xRow + r);
            outputs[r] = y.Row(yRow + r);
            multipliers[r] = epilogue.Multiplier.Row(yRow + r);
            sums[r] = values + (r * Panel);
        }

        var finish = new Finish
        {
            Activation = epilogue.Activation,
            Multiplier = epilogue.Multiplier.IsEmpty ? null : multipliers,
        };
        var call = new Int8TileCall
        {
            Rows = inputs,
            RowCount = rows,
            InputBytes = x.InputBytes,
            RowScales = x.Scales(xRow),
            RowZeros = x.Zeros(xRow),
            Biases = bias,
        };
        new Span<float>(bias, Panel).Clear();
        for (var panel = first; panel < end; panel++)
        {
            var start = panel * Panel;
            var width = Math.Min(Panel, matrix.OutputWidth - start);
            var isDirect = width == Panel && finish.IsIdentity;
            call.Weights = matrix.Panel(panel);
            call.ColumnScales = matrix.Scales(panel);
            call.ColumnSums = matrix.Sums(panel);
            call.Outputs = isDirect ? outputs : sums;
            call.Column = isDirect ? start : 0;
            call.Ahead = panel + 1 < end ? matrix.Panel(panel + 1) : null;
            if (!epilogue.Bias.IsEmpty)
            {
                new ReadOnlySpan<float>(epilogue.Bias.Row(0) + start, width).CopyTo(new Span<float>(bias, Panel));
            }

            matrix.Tile.Run(call);
            if (isDirect)
            {
                continue;
            }

            if (width == Panel)
            {
                PanelFinish<TWidth, TVector>.Run(finish, sums, 0, outputs, rows, start);
            }
            else
            {
                PanelTail.Finish<TWidth, TVector>(finish, new PanelShape(matrix.InputWidth, matrix.OutputWidth, Panel), sums, rows, outputs);
            }
        }
    }
}
