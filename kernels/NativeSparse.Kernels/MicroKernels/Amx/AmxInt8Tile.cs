using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>
/// The int8 tile on AMX: the tile unit makes the integer sums, 512-bit vectors finish them. Few rows, which the unit would leave half empty,
/// go to the VNNI tile over the same panels; the integers are the same.
/// </summary>
/// <param name="kernels">Makes the sums; outlives the tile.</param>
/// <param name="vnni">For few rows.</param>
internal sealed unsafe class AmxInt8Tile(IAmxKernels kernels, AssembledInt8Tile vnni) : Int8Tile
{
    /// <summary>Least rows for the tile unit.</summary>
    private const int LeastRows = 8;

    private const int StepInputs = 64;

    public override string Name => "amx-int8";

    public override int Columns => TileSpecification.PanelColumns;

    public override int TileRows => AmxConfiguration.BlockRows;

    // The unit is so fast that weights from the outer cache bound it: they should come as seldom as possible.
    public override int BlockBytes => 1 << 20;

    public override RowEncoding Encoding => RowEncoding.UnsignedBytes;

    public override Int8Tile Gathering => vnni;

    protected override int Granularity => StepInputs;

    public override int EncodeZero(int zero) => vnni.EncodeZero(zero);

    public override int EncodeSum(int sum) => vnni.EncodeSum(sum);

    public override Int8Peak CreatePeak() => new AmxInt8Peak();

    public override void Run(in Int8TileCall call)
    {
        if (call.RowCount < LeastRows || call.RowStride == 0)
        {
            vnni.Run(call);
            return;
        }

        var sums = stackalloc int[call.RowCount * TileSpecification.PanelColumns];
        var whole = call.RowCount / AmxConfiguration.BlockRows;
        var arguments = new AmxArguments
        {
            Rows = call.Rows[0],
            RowStride = call.RowStride,
            Weights = call.Weights,
            WeightsEnd = call.Weights + ((nint)call.InputBytes * TileSpecification.PanelColumns),
            Sums = sums,
            Blocks = whole,
            Ahead = call.Ahead,
        };
        if (whole > 0)
        {
            kernels.Run(&arguments, AmxConfiguration.BlockRows);
        }

        var done = whole * AmxConfiguration.BlockRows;
        if (done < call.RowCount)
        {
            arguments.Rows = call.Rows[0] + (done * call.RowStride);
            arguments.Sums = sums + (done * TileSpecification.PanelColumns);
            arguments.Blocks = 1;
            arguments.Ahead = whole > 0 ? null : call.Ahead;
            kernels.Run(&arguments, call.RowCount - done);
        }

        Finish(call, sums);
    }

    private static void Finish(in Int8TileCall call, int* sums)
    {
        var (columns0, columns1) = (ColumnSums(call.ColumnSums), ColumnSums(call.ColumnSums + Vector512<int>.Count));
        var (scale0, scale1) = (Vector512.Load(call.ColumnScales), Vector512.Load(call.ColumnScales + Vector512<int>.Count));
        var (bias0, bias1) = (Vector512.Load(call.Biases), Vector512.Load(call.Biases + Vector512<int>.Count));
        for (var row = 0; row < call.RowCount; row++)
        {
            var zero = Vector512.Create((int)(short)call.RowZeros[row]);
            var rowScale = Vector512.Create(call.RowScales[row]);
            var output = call.Outputs[row] + call.Column;
            var line = sums + (row * TileSpecification.PanelColumns);
            var sum0 = Vector512.Load(line) + (zero * columns0);
            var sum1 = Vector512.Load(line + Vector512<int>.Count) + (zero * columns1);
            Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(sum0) * scale0, rowScale, bias0).Store(output);
            Vector512.FusedMultiplyAdd(Vector512.ConvertToSingle(sum1) * scale1, rowScale, bias1).Store(output + Vector512<int>.Count);
        }
    }

    /// <summary>The sums as numbers: <see cref="ZeroPoint.OfColumn"/> backwards.</summary>
    private static Vector512<int> ColumnSums(int* packed)
    {
        var pairs = Vector512.Load(packed);
        return ((pairs >> 16) << 7) + (pairs & Vector512.Create(127));
    }
}
