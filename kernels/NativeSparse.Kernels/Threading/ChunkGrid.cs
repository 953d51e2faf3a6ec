namespace NativeSparse.Kernels;

/// <summary>Cuts a product of rows and panels into chunks: blocks of rows, and groups of panels where there are too few blocks for the threads.</summary>
internal readonly struct ChunkGrid
{
    private const int ChunksPerThread = 4;

    /// <summary>Least multiply-adds of a chunk that is worth a dispatch; a single row costs as much as several, as its weights must come.</summary>
    private const long LeastWork = 1 << 18;

    private const int RowsOfOneRow = 8;

    /// <summary>Panels that few rows are multiplied with at once.</summary>
    private const int WidePanels = 4;

    private readonly int _rows;
    private readonly int _panels;
    private readonly int _blockRows;
    private readonly int _groups;
    private readonly int _unit;

    /// <param name="rows">Rows of the product.</param>
    /// <param name="maxRows">Most rows of a chunk.</param>
    /// <param name="tileRows">Rows of a whole tile: chunks are cut between tiles.</param>
    /// <param name="panels">Panels of the product.</param>
    /// <param name="panelWork">Multiply-adds of one row and one panel.</param>
    /// <param name="threads">Threads that may work at once.</param>
    public ChunkGrid(int rows, int maxRows, int tileRows, int panels, long panelWork, int threads)
    {
        _rows = rows;
        _panels = panels;
        var blocks = (rows + maxRows - 1) / maxRows;
        _blockRows = (((rows + blocks - 1) / blocks) + tileRows - 1) / tileRows * tileRows;
        _unit = rows <= 2 ? WidePanels : 1;
        _groups = 1;
        if (threads > 1)
        {
            var work = panelWork * Math.Clamp(rows, RowsOfOneRow, maxRows) * panels;
            var wanted = ((ChunksPerThread * threads) + blocks - 1) / blocks;
            _groups = (int)Math.Clamp(Math.Min(wanted, work / LeastWork), 1, (panels + _unit - 1) / _unit);
        }
    }

    public int Count => (_rows + _blockRows - 1) / _blockRows * _groups;

    public (int First, int Count) Rows(int chunk)
    {
        var first = chunk / _groups * _blockRows;
        return (first, Math.Min(_blockRows, _rows - first));
    }

    public (int First, int End) Panels(int chunk)
    {
        var units = (_panels + _unit - 1) / _unit;
        var group = chunk % _groups;
        return (units * group / _groups * _unit, Math.Min(units * (group + 1) / _groups * _unit, _panels));
    }
}
