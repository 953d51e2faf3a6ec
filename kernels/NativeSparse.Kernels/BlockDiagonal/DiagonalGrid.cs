namespace NativeSparse.Kernels;

/// <summary>
/// Cuts a block-diagonal product into chunks of pieces, a piece being some rows times some panels of one diagonal block. Diagonal blocks are
/// the outer order, so that the weights of one are used for all rows while they are in the cache; panels are shared out where there are fewer
/// pieces than the threads want.
/// </summary>
internal readonly struct DiagonalGrid
{
    private const int ChunksPerThread = 4;

    /// <summary>Least multiply-adds of a chunk that is worth a dispatch; a single row costs as much as several, as its weights must come.</summary>
    private const long LeastWork = 1 << 18;

    private const int RowsOfOneRow = 8;

    /// <summary>Panels that few rows are multiplied with at once.</summary>
    private const int WidePanels = 4;

    private readonly int _rows;
    private readonly int _pieceRows;
    private readonly int _rowPieces;
    private readonly int _groups;
    private readonly int _unit;
    private readonly long _pieces;

    /// <param name="rows">Rows of the product.</param>
    /// <param name="maxRows">Most rows of a piece.</param>
    /// <param name="tileRows">Rows of a whole tile: rows are cut between tiles.</param>
    /// <param name="blocks">The diagonal blocks.</param>
    /// <param name="columns">Columns of a panel.</param>
    /// <param name="threads">Threads that may work at once.</param>
    public DiagonalGrid(int rows, int maxRows, int tileRows, PackedBlockDiagonal blocks, int columns, int threads)
    {
        _rows = rows;
        var rowPieces = (rows + maxRows - 1) / maxRows;
        _pieceRows = (((rows + rowPieces - 1) / rowPieces) + tileRows - 1) / tileRows * tileRows;
        _rowPieces = (rows + _pieceRows - 1) / _pieceRows;
        _unit = rows <= 2 ? WidePanels : 1;
        var wanted = threads == 1
            ? 1
            : Math.Clamp(blocks.WeightCount * Math.Max(rows, RowsOfOneRow) / LeastWork, 1, ChunksPerThread * threads);
        var uncut = (long)_rowPieces * blocks.Count;
        var panels = (blocks.WidestOutput + columns - 1) / columns;
        _groups = (int)Math.Clamp((wanted + uncut - 1) / uncut, 1, (panels + _unit - 1) / _unit);
        _pieces = uncut * _groups;
        Chunks = (int)Math.Min(wanted, _pieces);
    }

    public int Chunks { get; }

    /// <summary>The pieces of a chunk.</summary>
    public (long First, long End) Pieces(int chunk) => (_pieces * chunk / Chunks, _pieces * (chunk + 1) / Chunks);

    public int Block(long piece) => (int)(piece / ((long)_rowPieces * _groups));

    public (int First, int Count) Rows(long piece)
    {
        var first = (int)(piece / _groups % _rowPieces) * _pieceRows;
        return (first, Math.Min(_pieceRows, _rows - first));
    }

    /// <summary>Panels of a block that has so many; none where there are more pieces than panels.</summary>
    public (int First, int End) Panels(long piece, int panels)
    {
        var units = (panels + _unit - 1) / _unit;
        var group = (int)(piece % _groups);
        return (units * group / _groups * _unit, Math.Min(units * (group + 1) / _groups * _unit, panels));
    }
}
