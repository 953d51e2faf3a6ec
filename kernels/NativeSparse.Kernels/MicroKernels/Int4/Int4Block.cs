using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>A block of rounded rows times a range of int4 panels: what every int4 schedule is made of.</summary>
internal readonly unsafe struct Int4Block<TWidth, TVector> : IRoundedProduct<Int4Rows, Int4Matrix>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    private const int MaxRows = Int4Tile.MaxRows;

    /// <summary>Bytes of rounded rows that are multiplied with a panel before the next one comes: part of what the second-level cache holds.</summary>
    private const int BlockBytes = 512 << 10;

    private const int Panel = Int4Tile.Columns;
    private const int Tile = TileSpecification.MaxRows;

    public static int Columns(Int4Matrix matrix) => Panel;

    public static int TileRows(Int4Matrix matrix) => Tile;

    public static int BlockRows(Int4Matrix matrix) =>
        Math.Max(Math.Clamp(BlockBytes / Int4Rows.Bytes(matrix), 1, MaxRows) / Tile, 1) * Tile;

    public static Int4Rows Rent(Scratch scratch, int rows, Int4Matrix matrix) => Int4Rows.Rent(scratch, rows, matrix);

    public static nint Bytes(int rows, Int4Matrix matrix) => Int4Rows.Bytes(rows, matrix);

    public static Int4Rows At(void* memory, int rows, Int4Matrix matrix) => new(memory, rows, matrix);

    public static void Quantize(in Int4Rows rows, int row, float* x) => rows.Quantize(row, x);

    [SkipLocalsInit]
    public static void Run(
        in Int4Rows x, int xRow, int rows, Int4Matrix matrix, int first, int end, in Epilogue epilogue, View y, int yRow)
    {
        var inputs = stackalloc byte*[MaxRows];
        var outputs = stackalloc float*[MaxRows];
        var multipliers = stackalloc float*[MaxRows];
        var sums = stackalloc float*[MaxRows];
        var callRows = Math.Min(rows, matrix.Tile.CallRows);
        var values = stackalloc float[callRows * Panel];
        var bias = stackalloc float[Panel];
        for (var r = 0; r < rows; r++)
        {
            inputs[r] = x.Row(xRow + r);
            outputs[r] = y.Row(yRow + r);
            multipliers[r] = epilogue.Multiplier.Row(yRow + r);
        }

        PanelTail.Point(values, Panel, sums, callRows);
        new Span<float>(bias, Panel).Clear();
        var isGelu = matrix.Tile.HasGelu && epilogue.Activation.Kind == ActivationKind.Gelu;
        var finish = new Finish { Activation = isGelu ? default : epilogue.Activation };
        var call = new Int4TileCall
        {
            InputBytes = x.InputBytes,
            RowStride = x.Stride,
            HasGroupScales = matrix.HasGroupScales,
            IsGelu = isGelu,
            Biases = bias,
        };
        for (var panel = first; panel < end; panel++)
        {
            var start = panel * Panel;
            var width = Math.Min(Panel, matrix.OutputWidth - start);
            var isDirect = width == Panel && finish.IsIdentity && epilogue.Multiplier.IsEmpty;
            call.Weights = matrix.Weights(panel);
            call.Groups = matrix.Groups(panel);
            call.ColumnSums = matrix.Sums(panel);
            if (!epilogue.Bias.IsEmpty)
            {
                new ReadOnlySpan<float>(epilogue.Bias.Row(0) + start, width).CopyTo(new Span<float>(bias, Panel));
            }

            for (var row = 0; row < rows; row += callRows)
            {
                var count = Math.Min(callRows, rows - row);
                call.Rows = inputs + row;
                call.RowCount = count;
                call.RowScales = x.Scales(xRow + row);
                call.RowZeros = x.Zeros(xRow + row);
                call.AreWeightsNear = row > 0;
                call.Outputs = isDirect ? outputs + row : sums;
                call.Column = isDirect ? start : 0;
                matrix.Tile.Run(call);
                if (!isDirect)
                {
                    finish.Multiplier = epilogue.Multiplier.IsEmpty ? null : multipliers + row;
                    Finish(finish, sums, outputs + row, count, start, width);
                }
            }
        }
    }

    private static void Finish(in Finish finish, float** sums, float** outputs, int rows, int start, int width)
    {
        var step = 2 * TWidth.Lanes;
        if (width == Panel)
        {
            for (var column = 0; column < Panel; column += step)
            {
                PanelFinish<TWidth, TVector>.Run(finish, sums, column, outputs, rows, start + column);
            }

            return;
        }

        for (var column = 0; column < Panel && finish.Activation.Kind != ActivationKind.Identity; column += step)
        {
            PanelFinish<TWidth, TVector>.Run(finish with { Multiplier = null }, sums, column, sums, rows, column);
        }

        for (var r = 0; r < rows; r++)
        {
            for (var c = 0; c < width; c++)
            {
                outputs[r][start + c] = finish.Multiplier is null ? sums[r][c] : sums[r][c] * finish.Multiplier[r][start + c];
            }
        }
    }
}
