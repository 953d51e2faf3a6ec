namespace NativeSparse.Kernels;

/// <summary>The int8 tile assembled for AVX-512 VNNI, with a list of steps.</summary>
/// <param name="build">Gives the kernel of a specification; it outlives the tile.</param>
internal sealed unsafe class AssembledIndexedInt8Tile(Func<TileSpecification, AssembledKernels.Runner> build)
{
    private const int TableRows = TileSpecification.MaxRows + 1;

    private static readonly TileEpilogue[] Epilogues = [TileEpilogue.Scale, TileEpilogue.Gelu];

    /// <summary>By epilogue and height.</summary>
    private readonly AssembledKernels.Runner?[] _kernels = new AssembledKernels.Runner?[Epilogues.Length * TableRows];

    /// <summary>Multiplies; the outputs are not sums.</summary>
    public void Run(in Int8TileCall call)
    {
        var arguments = new TileArguments
        {
            Weights = (byte*)call.Weights,
            Indices = call.Groups,
            IndicesEnd = call.Groups + call.GroupCount,
            OutputOffset = call.Column * sizeof(float),
            ColumnScales = call.ColumnScales,
            ColumnSums = call.ColumnSums,
            Biases = call.Biases,
        };
        var form = call.IsGelu ? 1 : 0;
        var tiles = (call.RowCount + TileSpecification.MaxRows - 1) / TileSpecification.MaxRows;
        for (var row = 0; tiles > 0; tiles--)
        {
            var height = (call.RowCount - row + tiles - 1) / tiles;
            arguments.Rows = call.Rows + row;
            arguments.RowScales = call.RowScales + row;
            arguments.RowZeros = call.RowZeros + row;
            arguments.Outputs = (byte**)(call.Outputs + row);
            ref var kernel = ref _kernels[(form * TableRows) + height];
            (kernel ??= Build(Epilogues[form], height))(&arguments);
            row += height;
        }
    }

    private AssembledKernels.Runner Build(TileEpilogue epilogue, int height) =>
        build(new TileSpecification(TileKind.Int8, height, epilogue) { IsIndexed = true, HasZeroPoint = true });
}
