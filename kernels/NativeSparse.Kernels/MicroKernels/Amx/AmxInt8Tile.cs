namespace NativeSparse.Kernels;

/// <summary>
/// The int8 tile on AMX: whole blocks of rows and panels on the tile unit. Few rows, which the unit would leave half empty, and rows that lie
/// anywhere go to the VNNI tile over the same panels; the integers are the same.
/// </summary>
/// <param name="kernels">Multiplies; outlives the tile.</param>
/// <param name="vnni">For few rows.</param>
internal sealed unsafe class AmxInt8Tile(IAmxKernels kernels, AssembledInt8Tile vnni) : Int8Tile
{
    private const int StepInputs = 64;

    public override string Name => "amx-int8";

    public override int Columns => TileSpecification.PanelColumns;

    public override int TileRows => AmxConfiguration.BlockRows;

    // The unit is so fast that weights from the outer cache bound it: they should come as seldom as possible.
    public override int BlockBytes => 1 << 20;

    public override RowEncoding Encoding => RowEncoding.UnsignedBytes;

    public override bool HasGelu => vnni.HasGelu;

    public override ExpertDownTile? ExpertDown => vnni.ExpertDown;

    public override int LeastBlockRows => 8;

    public override int ExpertDownGranularity => StepInputs;

    protected override int Granularity => StepInputs;

    public override int EncodeZero(int zero) => vnni.EncodeZero(zero);

    public override int EncodeSum(int sum) => vnni.EncodeSum(sum);

    public override Int8Peak CreatePeak() => new AmxInt8Peak();

    public override void Run(in Int8TileCall call) => vnni.Run(call);

    public override void RunGroups(in Int8TileCall call) => vnni.RunGroups(call);

    public override void RunBlock(in Int8BlockCall call)
    {
        var sums = stackalloc int[AmxConfiguration.BlockRows * TileSpecification.PanelColumns];
        var isFetching = !call.AreWeightsNear;
        for (var row = 0; row < call.RowCount;)
        {
            // The weights come with the first block; the others find them in the cache. A single panel is not worth two calls.
            var blocks = isFetching && call.Panels > 1 ? 1 : Math.Max(1, (call.RowCount - row) / AmxConfiguration.BlockRows);
            var rows = Math.Min(AmxConfiguration.BlockRows, call.RowCount - row);
            var arguments = new AmxArguments
            {
                Rows = call.Rows + (row * call.RowStride),
                RowStride = call.RowStride,
                BlockRows = rows,
                Blocks = blocks,
                Weights = call.Weights,
                PanelBytes = call.InputBytes * TileSpecification.PanelColumns,
                PanelStride = call.PanelBytes,
                Panels = call.Panels,
                RowScales = call.RowScales + row,
                RowZeros = call.RowZeros + row,
                ColumnScales = call.ColumnScales,
                ColumnSums = call.ColumnSums,
                Biases = call.Biases,
                Outputs = (byte*)call.Outputs + (row * call.OutputStride),
                OutputStride = call.OutputStride,
                RowFactors = call.RowFactors is null ? null : call.RowFactors + row,
                Sums = sums,
            };
            kernels.Run(&arguments, new AmxFinish(call.Epilogue, call.RowFactors is not null, isFetching, call.IsExpertDown));
            isFetching = false;
            row += rows * blocks;
        }
    }
}
