using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>A block of rounded rows times a range of panels, tile by tile: what dense and sparse int8 products share.</summary>
internal static unsafe class Int8RowPanels<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Most rows of a block.</summary>
    private const int MaxRows = 3 * PartRows;

    /// <summary>Rows whose sums of one panel are finished while they are in the first-level cache.</summary>
    private const int PartRows = 96;

    private static int Panel => 2 * TWidth.Lanes;

    public static int BlockRows(Int8Tile tile, int inputWidth)
    {
        var rows = Math.Clamp(tile.BlockBytes / tile.InputBytes(inputWidth), 1, MaxRows);
        return Math.Max(rows / tile.TileRows, 1) * tile.TileRows;
    }

    [SkipLocalsInit]
    public static void Run<TMatrix>(
        in QuantizedRows x, int xRow, int rows, TMatrix matrix, int first, int end, in Epilogue epilogue, View y, int yRow)
        where TMatrix : class, IInt8PanelMatrix
    {
        var inputs = stackalloc byte*[MaxRows];
        var outputs = stackalloc float*[MaxRows];
        var multipliers = stackalloc float*[MaxRows];
        var sums = stackalloc float*[PartRows];
        var values = stackalloc float[Math.Min(rows, PartRows) * Panel];
        var bias = stackalloc float[Panel];
        for (var r = 0; r < rows; r++)
        {
            inputs[r] = x.Row(xRow + r);
            outputs[r] = y.Row(yRow + r);
            multipliers[r] = epilogue.Multiplier.Row(yRow + r);
        }

        PanelTail.Point(values, Panel, sums, Math.Min(rows, PartRows));
        var isGelu = matrix.Tile.HasGelu && epilogue.Activation.Kind == ActivationKind.Gelu;
        var finish = new Finish { Activation = isGelu ? default : epilogue.Activation };
        var call = new Int8TileCall
        {
            RowStride = x.Stride,
            InputBytes = x.InputBytes,
            IsGelu = isGelu,
            Biases = bias,
        };
        new Span<float>(bias, Panel).Clear();
        for (var panel = first; panel < end; panel++)
        {
            var start = panel * Panel;
            var width = Math.Min(Panel, matrix.OutputWidth - start);
            call.Weights = matrix.Panel(panel);
            call.ColumnScales = matrix.Scales(panel);
            call.ColumnSums = matrix.Sums(panel);
            call.Ahead = panel + 1 < end ? matrix.Panel(panel + 1) : null;
            if (!epilogue.Bias.IsEmpty)
            {
                new ReadOnlySpan<float>(epilogue.Bias.Row(0) + start, width).CopyTo(new Span<float>(bias, Panel));
            }

            for (var row = 0; row < rows; row += PartRows)
            {
                var count = Math.Min(PartRows, rows - row);
                finish.Multiplier = epilogue.Multiplier.IsEmpty ? null : multipliers + row;
                var isDirect = width == Panel && finish.IsIdentity;
                call.Rows = inputs + row;
                call.RowCount = count;
                call.RowScales = x.Scales(xRow + row);
                call.RowZeros = x.Zeros(xRow + row);
                call.Outputs = isDirect ? outputs + row : sums;
                call.Column = isDirect ? start : 0;
                matrix.Multiply(ref call, panel);

                // Asked for once; the rows that follow find it in the cache.
                call.Ahead = null;
                if (width < Panel)
                {
                    PanelTail.Finish<TWidth, TVector>(
                        finish, new PanelShape(matrix.InputWidth, matrix.OutputWidth, Panel), sums, count, outputs + row);
                }
                else if (!isDirect)
                {
                    PanelFinish<TWidth, TVector>.Run(finish, sums, 0, outputs + row, count, start);
                }
            }
        }
    }
}
