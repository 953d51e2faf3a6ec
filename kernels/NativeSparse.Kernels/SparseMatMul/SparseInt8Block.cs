namespace NativeSparse.Kernels;

/// <summary>A block of rounded rows times a range of sparse panels.</summary>
internal readonly unsafe struct SparseInt8Block<TWidth, TVector> : IRoundedProduct<QuantizedRows, SparseInt8Matrix>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public static int Columns(SparseInt8Matrix matrix) => matrix.Tile.Columns;

    public static int TileRows(SparseInt8Matrix matrix) => matrix.Tile.TileRows;

    public static int BlockRows(SparseInt8Matrix matrix) => Int8RowPanels<TWidth, TVector>.BlockRows(matrix.Tile, matrix.InputWidth);

    public static QuantizedRows Rent(Scratch scratch, int rows, SparseInt8Matrix matrix) =>
        QuantizedRows.Rent(scratch, rows, matrix.InputWidth, matrix.Tile);

    public static nint Bytes(int rows, SparseInt8Matrix matrix) => QuantizedRows.Bytes(rows, matrix.InputWidth, matrix.Tile);

    public static QuantizedRows At(void* memory, int rows, SparseInt8Matrix matrix) => new(memory, rows, matrix.InputWidth, matrix.Tile);

    public static void Quantize(in QuantizedRows rows, int row, float* x) => rows.Quantize(row, x);

    public static void Run(
        in QuantizedRows x, int xRow, int rows, SparseInt8Matrix matrix, int first, int end, in Epilogue epilogue, View y, int yRow) =>
        Int8RowPanels<TWidth, TVector>.Run(x, xRow, rows, matrix, first, end, epilogue, y, yRow);
}
