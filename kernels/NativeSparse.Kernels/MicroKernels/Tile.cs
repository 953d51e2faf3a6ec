using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// The register tile: a few rows times one panel of two registers. Every sum is one chain of fused multiply-adds in ascending k,
/// whatever the height of the tile, so that a row's result does not depend on its neighbours.
/// </summary>
internal static unsafe class Tile<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>
    /// y[r][column ...] (+)= x[r][offset .. offset + length] times one panel of weights <c>[length, 2 registers]</c>. Each step of k asks for
    /// one more line, <paramref name="step"/> bytes after the one before it, from <paramref name="ahead"/> on: spread like this, the requests
    /// for the weights that come next never hold up the loads of the tile itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows>(
        float** x, nint offset, nint length, float* weights, float** y, nint column, bool add, byte* ahead, nint step)
        where TRows : struct, IRowCount
    {
        var x0 = x[0] + offset;
        var x1 = TRows.Count > 1 ? x[1] + offset : x0;
        var x2 = TRows.Count > 2 ? x[2] + offset : x0;
        var x3 = TRows.Count > 3 ? x[3] + offset : x0;
        var x4 = TRows.Count > 4 ? x[4] + offset : x0;
        var x5 = TRows.Count > 5 ? x[5] + offset : x0;
        var x6 = TRows.Count > 6 ? x[6] + offset : x0;
        var x7 = TRows.Count > 7 ? x[7] + offset : x0;
        TVector s00 = default, s01 = default;
        TVector s10 = default, s11 = default;
        TVector s20 = default, s21 = default;
        TVector s30 = default, s31 = default;
        TVector s40 = default, s41 = default;
        TVector s50 = default, s51 = default;
        TVector s60 = default, s61 = default;
        TVector s70 = default, s71 = default;
        if (add)
        {
            s00 = TWidth.Load(y[0] + column);
            s01 = TWidth.Load(y[0] + column + TWidth.Lanes);

            if (TRows.Count > 1)
            {
                s10 = TWidth.Load(y[1] + column);
                s11 = TWidth.Load(y[1] + column + TWidth.Lanes);
            }

            if (TRows.Count > 2)
            {
                s20 = TWidth.Load(y[2] + column);
                s21 = TWidth.Load(y[2] + column + TWidth.Lanes);
            }

            if (TRows.Count > 3)
            {
                s30 = TWidth.Load(y[3] + column);
                s31 = TWidth.Load(y[3] + column + TWidth.Lanes);
            }

            if (TRows.Count > 4)
            {
                s40 = TWidth.Load(y[4] + column);
                s41 = TWidth.Load(y[4] + column + TWidth.Lanes);
            }

            if (TRows.Count > 5)
            {
                s50 = TWidth.Load(y[5] + column);
                s51 = TWidth.Load(y[5] + column + TWidth.Lanes);
            }

            if (TRows.Count > 6)
            {
                s60 = TWidth.Load(y[6] + column);
                s61 = TWidth.Load(y[6] + column + TWidth.Lanes);
            }

            if (TRows.Count > 7)
            {
                s70 = TWidth.Load(y[7] + column);
                s71 = TWidth.Load(y[7] + column + TWidth.Lanes);
            }
        }

        for (nint k = 0; k < length; k++)
        {
            var w0 = TWidth.Load(weights);
            var w1 = TWidth.Load(weights + TWidth.Lanes);
            weights += 2 * TWidth.Lanes;
            TWidth.Prefetch(ahead);
            ahead += step;
            var v = TWidth.Broadcast(x0[k]);
            s00 = TWidth.FusedMultiplyAdd(v, w0, s00);
            s01 = TWidth.FusedMultiplyAdd(v, w1, s01);

            if (TRows.Count > 1)
            {
                v = TWidth.Broadcast(x1[k]);
                s10 = TWidth.FusedMultiplyAdd(v, w0, s10);
                s11 = TWidth.FusedMultiplyAdd(v, w1, s11);
            }

            if (TRows.Count > 2)
            {
                v = TWidth.Broadcast(x2[k]);
                s20 = TWidth.FusedMultiplyAdd(v, w0, s20);
                s21 = TWidth.FusedMultiplyAdd(v, w1, s21);
            }

            if (TRows.Count > 3)
            {
                v = TWidth.Broadcast(x3[k]);
                s30 = TWidth.FusedMultiplyAdd(v, w0, s30);
                s31 = TWidth.FusedMultiplyAdd(v, w1, s31);
            }

            if (TRows.Count > 4)
            {
                v = TWidth.Broadcast(x4[k]);
                s40 = TWidth.FusedMultiplyAdd(v, w0, s40);
                s41 = TWidth.FusedMultiplyAdd(v, w1, s41);
            }

            if (TRows.Count > 5)
            {
                v = TWidth.Broadcast(x5[k]);
                s50 = TWidth.FusedMultiplyAdd(v, w0, s50);
                s51 = TWidth.FusedMultiplyAdd(v, w1, s51);
            }

            if (TRows.Count > 6)
            {
                v = TWidth.Broadcast(x6[k]);
                s60 = TWidth.FusedMultiplyAdd(v, w0, s60);
                s61 = TWidth.FusedMultiplyAdd(v, w1, s61);
            }

            if (TRows.Count > 7)
            {
                v = TWidth.Broadcast(x7[k]);
                s70 = TWidth.FusedMultiplyAdd(v, w0, s70);
                s71 = TWidth.FusedMultiplyAdd(v, w1, s71);
            }
        }

        TWidth.Store(s00, y[0] + column);
        TWidth.Store(s01, y[0] + column + TWidth.Lanes);

        if (TRows.Count > 1)
        {
            TWidth.Store(s10, y[1] + column);
            TWidth.Store(s11, y[1] + column + TWidth.Lanes);
        }

        if (TRows.Count > 2)
        {
            TWidth.Store(s20, y[2] + column);
            TWidth.Store(s21, y[2] + column + TWidth.Lanes);
        }

        if (TRows.Count > 3)
        {
            TWidth.Store(s30, y[3] + column);
            TWidth.Store(s31, y[3] + column + TWidth.Lanes);
        }

        if (TRows.Count > 4)
        {
            TWidth.Store(s40, y[4] + column);
            TWidth.Store(s41, y[4] + column + TWidth.Lanes);
        }

        if (TRows.Count > 5)
        {
            TWidth.Store(s50, y[5] + column);
            TWidth.Store(s51, y[5] + column + TWidth.Lanes);
        }

        if (TRows.Count > 6)
        {
            TWidth.Store(s60, y[6] + column);
            TWidth.Store(s61, y[6] + column + TWidth.Lanes);
        }

        if (TRows.Count > 7)
        {
            TWidth.Store(s70, y[7] + column);
            TWidth.Store(s71, y[7] + column + TWidth.Lanes);
        }
    }
}
