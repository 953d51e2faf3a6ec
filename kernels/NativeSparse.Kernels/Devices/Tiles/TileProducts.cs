using System.Reflection;
using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>The kernels of one format on one device, and which of them a product takes.</summary>
internal sealed class TileProducts<TFormat, TInput, TWeight>
    where TFormat : unmanaged, ITileFormat<TInput, TWeight>
    where TInput : unmanaged
    where TWeight : unmanaged
{
    /// <summary>Up to so many rows of a matrix, reading its weights is what takes time.</summary>
    public const int FewRows = 64;

    /// <summary>Small tiles that are worth more than reading weights again for every few rows.</summary>
    private const int FewTiles = 32;

    /// <summary>Large tiles for each multiprocessor from which they are faster than small ones.</summary>
    private const int ManyTiles = 4;

    /// <summary>Rows of an expert from which large tiles are.</summary>
    private const int ManyRows = 512;

    private readonly Device _device;
    private readonly DeviceKernel<Launcher>[] _tile;
    private readonly DeviceKernel<Launcher>[] _small;
    private readonly DeviceKernel<Launcher>[] _rows;

    private readonly bool _hasTensors;

    /// <param name="device">The device.</param>
    /// <param name="tensor">The kernel for tensor cores, or null.</param>
    /// <param name="alignedTensor">The same for aligned inputs.</param>
    public TileProducts(Device device, MethodInfo? tensor = null, MethodInfo? alignedTensor = null)
    {
        _device = device;
        _hasTensors = device.HasTensorCores && tensor is not null;
        // Two groups on a multiprocessor hide each other's waits: that leaves a thread 128 registers.
        var shared = device.IsCuda ? new KernelSpecialization(WholeTile.Across * WholeTile.Down, 2) : default;
        _tile =
        [
            new(device, _hasTensors ? tensor! : KernelMethods.Tile<WholeTile, AnyAccess, TFormat, TInput, TWeight>(), shared),
            new(device, _hasTensors ? alignedTensor! : KernelMethods.Tile<WholeTile, AlignedAccess, TFormat, TInput, TWeight>(), shared),
        ];
        _small =
        [
            new(device, KernelMethods.Tile<SmallTile, AnyAccess, TFormat, TInput, TWeight>()),
            new(device, KernelMethods.Tile<SmallTile, AlignedAccess, TFormat, TInput, TWeight>()),
        ];
        _rows =
        [
            new(device, KernelMethods.Row<AnyAccess, TFormat, TInput, TWeight>()), new(device, KernelMethods.Row<AlignedAccess, TFormat, TInput, TWeight>()),
        ];
    }

    private delegate void Launcher(AcceleratorStream stream, KernelConfig config, TileParameters parameters, TileOperands<TInput, TWeight> operands);

    /// <summary>Most rows of a span, for about so many rows of each matrix.</summary>
    public int SpanRows(long rows)
    {
        if (_hasTensors)
        {
            return TensorHeight(rows, RowKernel.Rows);
        }

        return rows <= RowKernel.Rows ? RowKernel.Rows : 4 * (rows < ManyRows || _device.IsSimulator ? SmallTile.Down : WholeTile.Down);
    }

    /// <summary>Whether a product of this height runs on tensor cores.</summary>
    public bool IsTensor(int height) => _hasTensors && height == TensorTile.Rows;

    /// <summary>Groups of columns of a product of this height.</summary>
    public static int Parts(int height, int columns) => (columns + Width(height) - 1) / Width(height);

    /// <summary>Rows of a group, which tell the kernel.</summary>
    public int Height(int rows, int matrices, int columns)
    {
        if (_hasTensors)
        {
            return TensorHeight(rows, FewRows);
        }

        if (rows <= RowKernel.Rows || (rows <= FewRows && !_device.IsSimulator))
        {
            return RowKernel.Rows;
        }

        if (_device.IsSimulator)
        {
            return 4 * SmallTile.Down;
        }

        if (Tiles(rows, matrices, columns, WholeTile.Down, WholeTile.Across) >= ManyTiles * _device.Accelerator.NumMultiprocessors)
        {
            return 4 * WholeTile.Down;
        }

        return Tiles(rows, matrices, columns, SmallTile.Down, SmallTile.Across) >= FewTiles ? 4 * SmallTile.Down : RowKernel.Rows;
    }

    /// <summary>Every row with every matrix.</summary>
    /// <param name="p">Everything but the rows.</param>
    /// <param name="o">The operands.</param>
    /// <param name="height">What <see cref="Height"/> said.</param>
    /// <param name="rows">T.</param>
    /// <param name="matrices">Matrices of the table.</param>
    /// <param name="columns">Columns of the widest.</param>
    public void Run(TileParameters p, in TileOperands<TInput, TWeight> o, int height, int rows, int matrices, int columns)
    {
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

    private static int Width(int height) =>
        height == RowKernel.Rows ? RowKernel.Columns : height == 4 * SmallTile.Down ? 8 * SmallTile.Across : 8 * WholeTile.Across;

    private static int Tiles(int rows, int matrices, int columns, int down, int across) =>
        (rows + (4 * down) - 1) / (4 * down) * ((columns + (8 * across) - 1) / (8 * across)) * matrices;

    /// <summary>Sums of whole numbers are the same everywhere; others would make a row's result depend on how many there are, so that all take one kernel.</summary>
    private static int TensorHeight(long rows, int few) => TFormat.IsInteger && rows <= few ? RowKernel.Rows : TensorTile.Rows;

    private void Launch(in TileParameters p, in TileOperands<TInput, TWeight> o, int height, int lines, int columns)
    {
        var (kernel, threads) = height switch
        {
            RowKernel.Rows => (_rows, Math.Min(RowKernel.Threads, _device.GroupThreads)),
            _ when height == 4 * SmallTile.Down => (_small, SmallTile.Across * SmallTile.Down),
            _ => (_tile, WholeTile.Across * WholeTile.Down),
        };
        var config = new KernelConfig(new Index3D(Parts(height, columns), lines, 1), new Index3D(threads, 1, 1));
        kernel[p.IsAligned].Launcher(_device.Launch(), config, p, o);
    }
}
