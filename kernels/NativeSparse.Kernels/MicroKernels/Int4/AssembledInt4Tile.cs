namespace NativeSparse.Kernels;

/// <summary>The int4 tile assembled for AVX-512 VNNI.</summary>
/// <param name="build">Gives the kernel of a specification; it outlives the tile.</param>
internal sealed unsafe class AssembledInt4Tile(Func<TileSpecification, AssembledKernels.Runner> build) : Int4Tile
{
    /// <summary>How far ahead few rows ask for weights: they are read faster than the processor's own requests follow.</summary>
    private const int AheadBytes = 4096;

    private const int FewRows = 2;
    private const int TileRows = TileSpecification.MaxRows;

    private readonly AssembledKernels.Runner?[] _kernels = new AssembledKernels.Runner?[2 * (TileRows + 1)];

    public override string Name => "avx512-vnni";

    public override void Run(in Int4TileCall call)
    {
        var arguments = new TileArguments
        {
            Weights = call.Weights,
            Groups = call.Groups,
            InputBytes = call.InputBytes,
            OutputOffset = call.Column * sizeof(float),
            ColumnScales = call.ColumnSums,
            Biases = call.Biases,
        };
        var tiles = (call.RowCount + TileRows - 1) / TileRows;
        for (var row = 0; tiles > 0; tiles--)
        {
            var height = (call.RowCount - row + tiles - 1) / tiles;
            arguments.Rows = call.Rows + row;
            arguments.RowScales = call.RowScales + row;
            arguments.RowZeros = call.RowZeros + row;
            arguments.Outputs = (byte**)(call.Outputs + row);
            ref var kernel = ref _kernels[(call.HasGroupScales ? TileRows + 1 : 0) + height];
            (kernel ??= Build(height, call.HasGroupScales))(&arguments);
            row += height;
        }
    }

    private AssembledKernels.Runner Build(int height, bool hasGroupScales) =>
        build(new TileSpecification(TileKind.Int4, height, TileEpilogue.Scale)
        {
            HasGroupScales = hasGroupScales,
            PrefetchDistance = height <= FewRows ? AheadBytes : 0,
        });
}
