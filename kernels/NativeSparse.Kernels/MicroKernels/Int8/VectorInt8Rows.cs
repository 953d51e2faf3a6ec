using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Cuts the rows of a managed int8 product into tiles of nearly equal height.</summary>
internal static unsafe class VectorInt8Rows<TVectors, TVector, TWalk>
    where TVectors : struct, IInt8Vectors<TVector>
    where TVector : struct
    where TWalk : struct, IInt8Walk
{
    /// <param name="call">All rows.</param>
    /// <param name="steps">Steps of a tile.</param>
    /// <param name="stepBytes">Bytes of weights of one step.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run(in Int8TileCall call, int steps, int stepBytes)
    {
        var part = call;
        var tiles = (call.RowCount + TVectors.TileRows - 1) / TVectors.TileRows;

        // Each tile asks for its share of the next panel.
        var share = call.Ahead is null ? 0 : (stepBytes + tiles - 1) / tiles;
        part.Ahead = call.Ahead is null ? call.Weights : call.Ahead;
        for (var rows = call.RowCount; tiles > 0; tiles--)
        {
            var height = (rows + tiles - 1) / tiles;
            Run(height, part, share);
            part.Ahead += (nint)share * steps;
            part.Rows += height;
            part.RowScales += height;
            part.RowZeros += height;
            part.Outputs += height;
            rows -= height;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Run(int height, in Int8TileCall call, nint share)
    {
        switch (height)
        {
            case 1:
                TWalk.Run<RowCounts.One>(call, share);
                break;
            case 2:
                TWalk.Run<RowCounts.Two>(call, share);
                break;
            case 3:
                TWalk.Run<RowCounts.Three>(call, share);
                break;
            case 4:
                TWalk.Run<RowCounts.Four>(call, share);
                break;
            case 5:
                TWalk.Run<RowCounts.Five>(call, share);
                break;
            case 6:
                TWalk.Run<RowCounts.Six>(call, share);
                break;
            case 7:
                TWalk.Run<RowCounts.Seven>(call, share);
                break;
            default:
                TWalk.Run<RowCounts.Eight>(call, share);
                break;
        }
    }
}
