using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>The int4 tile on managed vectors: each group of weights is unpacked once and multiplied with all rows.</summary>
internal sealed unsafe class VectorInt4Tile<TVectors, TProduct, TInt, TFloat> : Int4Tile
    where TVectors : struct, IInt4Vectors<TInt, TFloat>
    where TProduct : struct, IInt4Product<TInt>
    where TInt : struct
    where TFloat : struct
{
    private const int QuadBytes = 4 * Columns;
    private const int ScaleBytes = 2 * Columns;
    private const int ZeroOffset = 2 * ScaleBytes;
    private const int SumOffset = TileSpecification.Int4Group;

    public override string Name => TProduct.Name;

    [SkipLocalsInit]
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Run(in Int4TileCall call)
    {
        var totals = stackalloc float[call.RowCount * Columns];
        new Span<float>(totals, call.RowCount * Columns).Clear();
        var record = Int4Group.RecordBytes(call.HasGroupScales);
        var groups = call.InputBytes / record;
        for (var group = 0; group < groups; group++)
        {
            var pair = call.Groups + (group / 2 * Int4Group.PairBytes);
            var weights = call.Weights + ((nint)group * Int4Group.WeightBytes);
            for (var lane = 0; lane < Columns; lane += TVectors.Lanes)
            {
                RunGroup(
                    call,
                    weights + (4 * lane),
                    TVectors.LoadZeros(pair + ZeroOffset + lane, group % 2 != 0),
                    TVectors.LoadScales(pair + (group % 2 * ScaleBytes) + (2 * lane)),
                    (nint)group * record,
                    totals + lane);
            }
        }

        for (var row = 0; row < call.RowCount; row++)
        {
            for (var lane = 0; lane < Columns; lane += TVectors.Lanes)
            {
                var output = call.Outputs[row] + call.Column + lane;
                if (call.HasGroupScales)
                {
                    TVectors.Finish(totals + (row * Columns) + lane, call.Biases + lane, output);
                }
                else
                {
                    TVectors.Finish(
                        totals + (row * Columns) + lane, call.RowScales[row], call.RowZeros[row], call.ColumnSums + lane, call.Biases + lane, output);
                }
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void RunGroup(in Int4TileCall call, byte* weights, TInt zeros, TFloat scale, nint offset, float* totals)
    {
        var (p0, p1) = (TVectors.Load(weights), TVectors.Load(weights + QuadBytes));
        var (p2, p3) = (TVectors.Load(weights + (2 * QuadBytes)), TVectors.Load(weights + (3 * QuadBytes)));
        var (w0, w1, w2, w3) = (TVectors.LowHalves(p0), TVectors.LowHalves(p1), TVectors.LowHalves(p2), TVectors.LowHalves(p3));
        var (w4, w5, w6, w7) = (TVectors.HighHalves(p0), TVectors.HighHalves(p1), TVectors.HighHalves(p2), TVectors.HighHalves(p3));
        var rows = call.Rows;
        var hasGroupScales = call.HasGroupScales;
        for (var row = 0; row < call.RowCount; row++)
        {
            var input = rows[row] + offset;
            var product = TProduct.Multiply(w0, w1, w2, w3, w4, w5, w6, w7, input);
            var groupScale = hasGroupScales ? (float*)(input + SumOffset + sizeof(int)) : null;
            TVectors.AddGroup(product, zeros, *(int*)(input + SumOffset), scale, groupScale, totals);
            totals += Columns;
        }
    }
}
