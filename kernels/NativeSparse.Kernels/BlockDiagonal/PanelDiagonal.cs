namespace NativeSparse.Kernels;

/// <summary>float32 and bfloat16: the tiles read the block's part of each row where it is.</summary>
internal readonly unsafe struct PanelDiagonal<TWidth, TVector> : IDiagonalProduct<PanelMatrix>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    public static bool IsRounded => false;

    public static bool GrowsInPlace => true;

    public static int Columns(PanelMatrix matrix) => matrix.Shape.Panel;

    public static int TileRows(PanelMatrix matrix) => TWidth.TileRows;

    public static int BlockRows(PanelMatrix matrix) => PanelProduct<TWidth, TVector>.MaxRows;

    public static nint Bytes(int rows, PanelMatrix matrix) => 0;

    public static void Round(View x, int first, int end, PanelMatrix matrix, void* rounded)
    {
    }

    public static void Run(
        View x, void* rounded, int row, int rows, PanelMatrix matrix, int first, int end, in Epilogue epilogue, View sums, View y) =>
        PanelBlock<TWidth, TVector>.Run(x, row, rows, matrix, first, end, epilogue, sums, y);
}
