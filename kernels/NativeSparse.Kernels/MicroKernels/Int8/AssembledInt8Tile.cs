using System.Collections.Concurrent;

namespace NativeSparse.Kernels;

/// <summary>The int8 tile assembled for AVX-512 VNNI.</summary>
/// <param name="build">Gives the kernel of a specification; it outlives the tile.</param>
internal sealed unsafe class AssembledInt8Tile(Func<TileSpecification, AssembledKernels.Runner> build) : Int8Tile
{
    /// <summary>A panel is asked for in this many streams, one quarter each, spread over the tiles of a call.</summary>
    private const int Quarters = 4;

    private const int TableRows = TileSpecification.MaxRows + 1;

    /// <summary>By the length of a quarter, then by epilogue, height and streams: found without hashing a specification for each tile.</summary>
    private readonly ConcurrentDictionary<int, AssembledKernels.Runner?[]> _tables = new();

    private readonly AssembledIndexedInt8Tile _indexed = new(build);

    public override string Name => "avx512-vnni";

    public override int Columns => TileSpecification.PanelColumns;

    public override int TileRows => TileSpecification.MaxRows;

    public override int BlockBytes => 512 << 10;

    public override bool HasGelu => true;

    public override ExpertDownTile? ExpertDown { get; } = new(build);

    public override RowEncoding Encoding => RowEncoding.UnsignedBytes;

    public override int EncodeZero(int zero) => ZeroPoint.OfRow(zero);

    public override int EncodeSum(int sum) => ZeroPoint.OfColumn(sum);

    public override Int8Peak CreatePeak() => new AssembledInt8Peak();

    public override void Run(in Int8TileCall call)
    {
        var quarter = call.InputBytes * (TileSpecification.PanelColumns / Quarters);
        var arguments = new TileArguments
        {
            Weights = (byte*)call.Weights,
            InputBytes = call.InputBytes,
            OutputOffset = call.Column * sizeof(float),
            ColumnScales = call.ColumnScales,
            ColumnSums = call.ColumnSums,
            Biases = call.Biases,
        };
        var table = _tables.GetOrAdd(quarter, static _ => new AssembledKernels.Runner?[3 * TableRows * (Quarters + 1)]);
        var epilogue = call.IsSum ? TileEpilogue.Accumulate : call.IsGelu ? TileEpilogue.Gelu : TileEpilogue.Scale;
        var form = epilogue switch { TileEpilogue.Scale => 0, TileEpilogue.Accumulate => TableRows, _ => 2 * TableRows };
        var tiles = (call.RowCount + TileRows - 1) / TileRows;
        var wanted = call.Ahead is null ? 0 : Quarters;
        var (row, asked) = (0, 0);
        for (; tiles > 0; tiles--)
        {
            var height = (call.RowCount - row + tiles - 1) / tiles;
            var streams = (wanted - asked + tiles - 1) / tiles;
            arguments.Rows = call.Rows + row;
            arguments.RowScales = call.RowScales + row;
            arguments.RowZeros = call.RowZeros + row;
            arguments.Outputs = (byte**)(call.Outputs + row);
            arguments.Prefetch = (byte*)call.Ahead + ((nint)asked * quarter);
            ref var kernel = ref table[((form + height) * (Quarters + 1)) + streams];
            (kernel ??= Build(epilogue, height, streams, quarter))(&arguments);
            row += height;
            asked += streams;
        }
    }

    public override void RunGroups(in Int8TileCall call) => _indexed.Run(call);

    private AssembledKernels.Runner Build(TileEpilogue epilogue, int height, int streams, int quarter) =>
        build(new TileSpecification(TileKind.Int8, height, epilogue)
        {
            HasZeroPoint = true,
            PrefetchStreams = streams,
            PrefetchDistance = streams > 0 ? quarter : 0,
        });
}
