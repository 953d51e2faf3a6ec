namespace NativeSparse.Kernels;

/// <summary>float32 and bfloat16: the tiles read the block's part of each row where it is.</summary>
internal readonly unsafe struct PanelDiagonal<TWidth, TVector> : IDiagonalProduct<PanelMatrix>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    private const int Line = 64;
    private const int CacheSets = 64;
    private const int CacheWays = 8;

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
        PanelBlock<TWidth, TVector>.Run(
            x, row, rows, matrix, first, end, epilogue, sums, y, isOnStack: IsFinished(epilogue) && matrix.Shape.EndBlock == 1 && Collide(y, rows));

    private static bool IsFinished(in Epilogue epilogue) =>
        !epilogue.Bias.IsEmpty || epilogue.Activation.Kind != ActivationKind.Identity || !epilogue.Multiplier.IsEmpty;

    /// <summary>
    /// Whether the rows' lines of one panel are more than the sets of the first-level cache they fall into can hold, as rows lie a round number
    /// of lines apart: sums that grow there would be pushed out before they are finished, which costs a short product up to a fifth.
    /// </summary>
    private static bool Collide(View y, int rows)
    {
        var lines = y.Stride * sizeof(float) / Line;
        return rows * Math.Min(CacheSets, lines & -lines) > CacheSets * CacheWays;
    }
}
