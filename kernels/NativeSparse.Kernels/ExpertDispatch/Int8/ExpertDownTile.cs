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
    public void Run(int depth, byte** rows, int count, byte* weights, nint panelStride, int panels, nint sumOffset)
    {
        var kernels = _kernels.GetOrAdd(depth, static _ => new AssembledKernels.Runner?[TileSpecification.MaxRows + 1]);
        var arguments = new TileArguments { Weights = weights, InputBytes = panels, PanelStride = panelStride, OutputOffset = sumOffset };
        for (var tiles = (count + TileSpecification.MaxRows - 1) / TileSpecification.MaxRows; tiles > 0; tiles--)
        {
            var height = (count + tiles - 1) / tiles;
            arguments.Rows = rows;
            ref var kernel = ref kernels[height];
            (kernel ??= build(new TileSpecification(TileKind.ExpertDown, height, TileEpilogue.Accumulate) { Depth = depth }))(&arguments);
            rows += height;
            count -= height;
        }
    }
}
