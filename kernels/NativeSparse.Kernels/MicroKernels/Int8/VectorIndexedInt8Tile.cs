using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>The int8 tile on managed vectors, with a list of groups of four inputs: the steps are those of the dense tile.</summary>
internal readonly unsafe struct VectorIndexedInt8Tile<TVectors, TVector> : IInt8Walk
    where TVectors : struct, IInt8Vectors<TVector>
    where TVector : struct
{
    private const int CacheLine = 64;

    /// <summary>Bytes of one group of a panel.</summary>
    public static int GroupBytes
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TVectors.Lanes * Int8Tile.GroupInputs;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows>(in Int8TileCall call, nint share)
        where TRows : struct, IRowCount
    {
        var x = call.Rows;
        var x0 = x[0];
        var x1 = TRows.Count > 1 ? x[1] : x0;
        var x2 = TRows.Count > 2 ? x[2] : x0;
        var x3 = TRows.Count > 3 ? x[3] : x0;
        var x4 = TRows.Count > 4 ? x[4] : x0;
        var x5 = TRows.Count > 5 ? x[5] : x0;
        var x6 = TRows.Count > 6 ? x[6] : x0;
        var x7 = TRows.Count > 7 ? x[7] : x0;
        TVector s00 = default, s01 = default;
        TVector s10 = default, s11 = default;
        TVector s20 = default, s21 = default;
        TVector s30 = default, s31 = default;
        TVector s40 = default, s41 = default;
        TVector s50 = default, s51 = default;
        TVector s60 = default, s61 = default;
        TVector s70 = default, s71 = default;
        var weights = call.Weights;
        var ahead = call.Ahead;
        var end = call.Groups + call.GroupCount;
        for (var group = call.Groups; group < end; group++)
        {
            nint k = *group;
            TVectors.Prefetch(ahead);
            if (share > CacheLine)
            {
                TVectors.Prefetch(ahead + CacheLine);
            }

            ahead += share;
            VectorInt8Tile<TVectors, TVector>.Step<TRows>(
                weights, 0, k, x0, x1, x2, x3, x4, x5, x6, x7,
                ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31,
                ref s40, ref s41, ref s50, ref s51, ref s60, ref s61, ref s70, ref s71);
            if (TVectors.Encoding == RowEncoding.Words)
            {
                VectorInt8Tile<TVectors, TVector>.Step<TRows>(
                    weights, 1, k, x0, x1, x2, x3, x4, x5, x6, x7,
                    ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31,
                    ref s40, ref s41, ref s50, ref s51, ref s60, ref s61, ref s70, ref s71);
            }

            weights += GroupBytes;
        }

        VectorInt8Tile<TVectors, TVector>.Finish(0, call, s00, s01);

        if (TRows.Count > 1)
        {
            VectorInt8Tile<TVectors, TVector>.Finish(1, call, s10, s11);
        }

        if (TRows.Count > 2)
        {
            VectorInt8Tile<TVectors, TVector>.Finish(2, call, s20, s21);
        }

        if (TRows.Count > 3)
        {
            VectorInt8Tile<TVectors, TVector>.Finish(3, call, s30, s31);
        }

        if (TRows.Count > 4)
        {
            VectorInt8Tile<TVectors, TVector>.Finish(4, call, s40, s41);
        }

        if (TRows.Count > 5)
        {
            VectorInt8Tile<TVectors, TVector>.Finish(5, call, s50, s51);
        }

        if (TRows.Count > 6)
        {
            VectorInt8Tile<TVectors, TVector>.Finish(6, call, s60, s61);
        }

        if (TRows.Count > 7)
        {
            VectorInt8Tile<TVectors, TVector>.Finish(7, call, s70, s71);
        }
    }
}
