namespace NativeSparse.Kernels;

/// <summary>The int4 tile assembled for AVX-512 VNNI.</summary>
/// <param name="build">Gives the kernel of a specification; it outlives the tile.</param>
internal sealed unsafe class AssembledInt4Tile(Func<TileSpecification, AssembledKernels.Runner> build) : Int4Tile
{
    /// <summary>How far ahead the first rows ask for weights: they are read faster than the processor's own requests follow.</summary>
    private const int AheadBytes = 4096;

    private const int TileRows = TileSpecification.MaxRows;

    /// <summary>By height, then GELU, scales of groups and whether weights are asked for.</summary>
    private readonly AssembledKernels.Runner?[] _kernels = new AssembledKernels.Runner?[8 * (TileRows + 1)];

    public override string Name => "avx512-vnni";

    public override bool HasGelu => true;

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
            var isFetching = row == 0 && !call.AreWeightsNear;
            ref var kernel = ref _kernels[(height * 8) + (call.IsGelu ? 4 : 0) + (call.HasGroupScales ? 2 : 0) + (isFetching ? 1 : 0)];
            (kernel ??= Build(height, call, isFetching))(&arguments);
            row += height;
        }
    }

    private AssembledKernels.Runner Build(int height, in Int4TileCall call, bool isFetching) =>
        build(new TileSpecification(TileKind.Int4, height, call.IsGelu ? TileEpilogue.Gelu : TileEpilogue.Scale)
        {
            HasGroupScales = call.HasGroupScales,
            PrefetchDistance = isFetching ? AheadBytes : 0,
        });
}
