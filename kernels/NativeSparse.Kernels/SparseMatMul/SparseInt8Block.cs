using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>A block of rounded rows times a range of sparse panels.</summary>
internal readonly unsafe struct SparseInt8Block<TWidth, TVector> : IRoundedProduct<QuantizedRows, SparseInt8Matrix>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    private const int MaxRows = 3 * PartRows;

    /// <summary>Rows whose outputs of one panel are finished while they are in the first-level cache.</summary>
    private const int PartRows = 96;

    private static int Panel => 2 * TWidth.Lanes;

    public static int Columns(SparseInt8Matrix matrix) => matrix.Tile.Columns;

    public static int TileRows(SparseInt8Matrix matrix) => matrix.Tile.TileRows;

    public static int BlockRows(SparseInt8Matrix matrix)
    {
        var tile = matrix.Tile;
        var rows = Math.Clamp(tile.BlockBytes / tile.InputBytes(matrix.InputWidth), 1, MaxRows);
        return Math.Max(rows / tile.TileRows, 1) * tile.TileRows;
    }

    public static QuantizedRows Rent(Scratch scratch, int rows, SparseInt8Matrix matrix) =>
        QuantizedRows.Rent(scratch, rows, matrix.InputWidth, matrix.Tile);

    public static nint Bytes(int rows, SparseInt8Matrix matrix) => QuantizedRows.Bytes(rows, matrix.InputWidth, matrix.Tile);

    public static QuantizedRows At(void* memory, int rows, SparseInt8Matrix matrix) => new(memory, rows, matrix.InputWidth, matrix.Tile);

    public static void Quantize(in QuantizedRows rows, int row, float* x) => rows.Quantize(row, x);

    [SkipLocalsInit]
    public static void Run(
        in QuantizedRows x, int xRow, int rows, SparseInt8Matrix matrix, int first, int end, in Epilogue epilogue, View y, int yRow)
    {
        var inputs = stackalloc byte*[MaxRows];
        var outputs = stackalloc float*[MaxRows];
        var multipliers = stackalloc float*[MaxRows];
        var lines = stackalloc float*[PartRows];
        var values = stackalloc float[Math.Min(rows, PartRows) * Panel];
        var bias = stackalloc float[Panel];
        for (var r = 0; r < rows; r++)
        {
            inputs[r] = x.Row(xRow + r);
            outputs[r] = y.Row(yRow + r);
            multipliers[r] = epilogue.Multiplier.Row(yRow + r);
        }

        PanelTail.Point(values, Panel, lines, Math.Min(rows, PartRows));
        var isGelu = matrix.Tile.HasGelu && epilogue.Activation.Kind == ActivationKind.Gelu;
        var finish = new Finish { Activation = isGelu ? default : epilogue.Activation };
        var call = new Int8TileCall { RowStride = x.Stride, InputBytes = x.InputBytes, IsGelu = isGelu, Biases = bias };
        new Span<float>(bias, Panel).Clear();
        for (var panel = first; panel < end; panel++)
        {
            var start = panel * Panel;
            var width = Math.Min(Panel, matrix.OutputWidth - start);
            call.Weights = matrix.Panel(panel);
            call.Groups = matrix.Groups(panel);
            call.GroupCount = matrix.GroupCount(panel);
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
                call.Outputs = isDirect ? outputs + row : lines;
                call.Column = isDirect ? start : 0;
                matrix.Tile.RunGroups(call);
                call.Ahead = null;
                if (width < Panel)
                {
                    PanelTail.Finish<TWidth, TVector>(
                        finish, new PanelShape(matrix.InputWidth, matrix.OutputWidth, Panel), lines, count, outputs + row);
                }
                else if (!isDirect)
                {
                    PanelFinish<TWidth, TVector>.Run(finish, lines, 0, outputs + row, count, start);
                }
            }
        }
    }
}
