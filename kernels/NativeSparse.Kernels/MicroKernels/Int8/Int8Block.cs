namespace NativeSparse.Kernels;

/// <summary>A block of rounded rows times a range of panels: what every int8 schedule is made of.</summary>
internal readonly unsafe struct Int8Block<TWidth, TVector> : IRoundedProduct<QuantizedRows, Int8Matrix>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public static int Columns(Int8Matrix matrix) => matrix.Tile.Columns;

    public static int TileRows(Int8Matrix matrix) => matrix.Tile.TileRows;

    public static int BlockRows(Int8Matrix matrix) => Int8RowPanels<TWidth, TVector>.BlockRows(matrix.Tile, matrix.InputWidth);

    public static QuantizedRows Rent(Scratch scratch, int rows, Int8Matrix matrix) =>
        QuantizedRows.Rent(scratch, rows, matrix.InputWidth, matrix.Tile);

    public static nint Bytes(int rows, Int8Matrix matrix) => QuantizedRows.Bytes(rows, matrix.InputWidth, matrix.Tile);

    public static QuantizedRows At(void* memory, int rows, Int8Matrix matrix) => new(memory, rows, matrix.InputWidth, matrix.Tile);

    public static void Quantize(in QuantizedRows rows, int row, float* x) => rows.Quantize(row, x);

    public static void Run(
        in QuantizedRows x, int xRow, int rows, Int8Matrix matrix, int first, int end, in Epilogue epilogue, View y, int yRow)
    {
        if (rows >= matrix.Tile.LeastBlockRows)
        {
            var slice = epilogue with { Multiplier = epilogue.Multiplier.IsEmpty ? default : epilogue.Multiplier.Slice(yRow, rows) };
            Int8Panels<TWidth, TVector>.Run(x.Block(xRow, rows), matrix, first, end, slice, null, y.Slice(yRow, rows));
            return;
        }

        Int8RowPanels<TWidth, TVector>.Run(x, xRow, rows, matrix, first, end, epilogue, y, yRow);
    }
}
