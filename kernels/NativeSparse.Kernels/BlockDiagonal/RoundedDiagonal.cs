namespace NativeSparse.Kernels;

/// <summary>int8 and int4: the block's part of each row is rounded first.</summary>
internal readonly unsafe struct RoundedDiagonal<TProduct, TRows, TMatrix> : IDiagonalProduct<TMatrix>
    where TProduct : struct, IRoundedProduct<TRows, TMatrix>
    where TRows : struct
    where TMatrix : PackedMatrix
{
    public static bool IsRounded => true;

    public static bool GrowsInPlace => false;

    public static int Columns(TMatrix matrix) => TProduct.Columns(matrix);

    public static int TileRows(TMatrix matrix) => TProduct.TileRows(matrix);

    public static int BlockRows(TMatrix matrix) => TProduct.BlockRows(matrix);

    public static nint Bytes(int rows, TMatrix matrix) => TProduct.Bytes(rows, matrix);

    public static void Round(View x, int first, int end, TMatrix matrix, void* rounded)
    {
        var rows = TProduct.At(rounded, x.Rows, matrix);
        for (var r = first; r < end; r++)
        {
            TProduct.Quantize(rows, r, x.Row(r));
        }
    }

    public static void Run(
        View x, void* rounded, int row, int rows, TMatrix matrix, int first, int end, in Epilogue epilogue, View sums, View y) =>
        TProduct.Run(TProduct.At(rounded, x.Rows, matrix), row, rows, matrix, first, end, epilogue, y, row);
}
