using System.Collections.Concurrent;

namespace NativeSparse.Kernels;

/// <summary>
/// The down product of one narrow expert for many tokens, all columns in one call, assembled for AVX-512 VNNI (<see cref="ExpertDownEmitter"/>):
/// a tile for each panel would spend as long on its edges as on its few steps.
/// </summary>
/// <param name="build">Gives the kernel of a specification; it outlives the tile.</param>
internal sealed unsafe class ExpertDownTile(Func<TileSpecification, AssembledKernels.Runner> build)
{
    /// <summary>Most neurons of an expert.</summary>
    public const int MaxDepth = 256;

    private const int Columns = TileSpecification.PanelColumns;
    private const int Granularity = 4;

    private readonly ConcurrentDictionary<int, AssembledKernels.Runner?[]> _kernels = new();

    /// <summary>Neurons of whole steps.</summary>
    public static int Depth(int width) => (width + Granularity - 1) / Granularity * Granularity;

    /// <summary>Where the weight of a neuron and a column lies in a panel.</summary>
    public static nint Place(int neuron, int column) =>
        ((nint)(neuron / Granularity) * Columns * Granularity) + (column * Granularity) + (neuron % Granularity);

    /// <summary>Adds the products to the rows' sums.</summary>
    /// <param name="depth">Neurons of whole steps.</param>
    /// <param name="rows">One pointer to the s8 hidden values of each row.</param>
    /// <param name="count">How many.</param>
    /// <param name="weights">The first panel; bytes hold the weight plus 128.</param>
    /// <param name="panelStride">Bytes from one panel to the next.</param>
    /// <param name="panels">How many panels.</param>
    /// <param name="sumOffset">Bytes from a row's hidden values to its first sum.</param>
    /// <param name="ahead">The panel that comes next, or null.</param>
    public void Run(int depth, byte** rows, int count, byte* weights, nint panelStride, int panels, nint sumOffset, byte* ahead)
    {
        var kernels = _kernels.GetOrAdd(depth, static _ => new AssembledKernels.Runner?[2 * (TileSpecification.MaxRows + 1)]);
        var arguments = new TileArguments { Weights = weights, InputBytes = panels, PanelStride = panelStride, OutputOffset = sumOffset, Prefetch = ahead };
        var isFetching = ahead is not null && count <= TileSpecification.MaxFetchingRows;

        // As few tiles as there can be, of two heights at most.
        var tiles = (count + TileSpecification.MaxRows - 1) / TileSpecification.MaxRows;
        var (height, taller) = (count / tiles, count % tiles);
        foreach (var (rowsOfTile, number) in stackalloc[] { (height + 1, taller), (height, tiles - taller) })
        {
            if (number > 0)
            {
                arguments.Rows = rows;
                arguments.RowTiles = number;
                ref var kernel = ref kernels[rowsOfTile + (isFetching ? TileSpecification.MaxRows + 1 : 0)];
                (kernel ??= Build(rowsOfTile, depth, isFetching))(&arguments);
                rows += rowsOfTile * number;
            }
        }
    }

    private AssembledKernels.Runner Build(int rows, int depth, bool isFetching) =>
        build(new TileSpecification(TileKind.ExpertDown, rows, TileEpilogue.Accumulate) { Depth = depth, IsFetching = isFetching });
}
