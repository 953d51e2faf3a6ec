using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>The kernels of one format on one device, and which of them a product takes.</summary>
internal sealed class TileProducts<TFormat, TInput, TWeight>
    where TFormat : unmanaged, ITileFormat<TInput, TWeight>
    where TInput : unmanaged
    where TWeight : unmanaged
{
    /// <summary>Up to so many rows of a matrix its weights are what takes time.</summary>
    public const int FewRows = 8;

    private readonly Device _device;
    private readonly DeviceKernel<Launcher> _tile;
    private readonly DeviceKernel<Launcher> _rows;

    public TileProducts(Device device)
    {
        _device = device;
        _tile = new DeviceKernel<Launcher>(device, device.IsSimulator
            ? KernelMethods.Tile<SmallTile, TFormat, TInput, TWeight>()
            : KernelMethods.Tile<WholeTile, TFormat, TInput, TWeight>());
        _rows = new DeviceKernel<Launcher>(device, KernelMethods.Row<TFormat, TInput, TWeight>());
    }

    private delegate void Launcher(AcceleratorStream stream, KernelConfig config, TileParameters parameters, TileOperands<TInput, TWeight> operands);

    /// <summary>Most rows of a span, for about so many rows of each matrix.</summary>
    public int SpanRows(long rows) => rows <= FewRows ? RowKernel.Rows : TileRows;

    private int TileRows => 4 * (_device.IsSimulator ? SmallTile.Down : WholeTile.Down);

    private int TileColumns => 8 * (_device.IsSimulator ? SmallTile.Across : WholeTile.Across);

    private int TileThreads => _device.IsSimulator ? SmallTile.Across * SmallTile.Down : WholeTile.Across * WholeTile.Down;

    /// <summary>Every row with every matrix.</summary>
    /// <param name="p">Everything but the rows.</param>
    /// <param name="o">The operands.</param>
    /// <param name="rows">T.</param>
    /// <param name="matrices">Matrices of the table.</param>
    /// <param name="columns">Columns of the widest.</param>
    public void Run(TileParameters p, in TileOperands<TInput, TWeight> o, int rows, int matrices, int columns)
    {
        var height = SpanRows(rows);
        p.Rows = rows;
        p.RowBlocks = (rows + height - 1) / height;
        Launch(p, o, height, p.RowBlocks * matrices, columns);
    }

    /// <summary>The rows of spans that were cut by <see cref="SpanRows"/>.</summary>
    public void RunSpans(TileParameters p, in TileOperands<TInput, TWeight> o, int height, int spans, int columns)
    {
        p.HasSpans = 1;
        Launch(p, o, height, spans, columns);
    }

    private void Launch(in TileParameters p, in TileOperands<TInput, TWeight> o, int height, int lines, int columns)
    {
        var isTile = height > RowKernel.Rows;
        var width = isTile ? TileColumns : RowKernel.Columns;
        var threads = isTile ? TileThreads : Math.Min(RowKernel.Threads, _device.GroupThreads);
        var config = new KernelConfig(new Index3D((columns + width - 1) / width, lines, 1), new Index3D(threads, 1, 1));
        (isTile ? _tile : _rows).Launcher(_device.Launch(), config, p, o);
    }
}
