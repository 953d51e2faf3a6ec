using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// The register tile: a few rows times one panel of two registers. Every sum is one chain of fused multiply-adds in ascending k,
/// whatever the height of the tile, so that a row's result does not depend on its neighbours.
/// </summary>
internal static unsafe class Tile<TWidth, TVector, TWeights>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
    where TWeights : struct, IPanelWeights<TVector>
{
    /// <summary>Steps of k in one turn of the loop: its counting is shared by them, which matters where another thread takes half of the core's issue slots.</summary>
    private const int Unrolled = 4;

    private const int CacheLine = 64;

    private static int PanelWidth
    {
        [MethodImpl(MethodImplOptions.AggressiveInlining)]
        get => 2 * TWidth.Lanes;
    }

    /// <summary>
    /// y[r][column ...] (+)= x[r][offset .. offset + length] times one panel of weights <c>[length, 2 registers]</c>. Each step of k asks for
    /// one more line, <paramref name="step"/> bytes after the one before it, from <paramref name="ahead"/> on: spread like this, the requests
    /// for the weights that come next never hold up the loads of the tile itself.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Run<TRows>(
        float** x, nint offset, nint length, void* weights, float** y, nint column, bool add, byte* ahead, nint step)
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

        nint k = 0;
        for (; k <= length - Unrolled; k += Unrolled)
        {
            // Where several steps share a line, one request stands for all of them.
            TWidth.Prefetch(ahead);
            if (step * Unrolled > CacheLine)
            {
                TWidth.Prefetch(ahead + step);
                TWidth.Prefetch(ahead + (2 * step));
                TWidth.Prefetch(ahead + (3 * step));
            }

            ahead += Unrolled * step;
            Step<TRows>(
                weights, 0, k, x0, x1, x2, x3, x4, x5, x6, x7,
                ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31,
                ref s40, ref s41, ref s50, ref s51, ref s60, ref s61, ref s70, ref s71);
            Step<TRows>(
                weights, 1, k, x0, x1, x2, x3, x4, x5, x6, x7,
                ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31,
                ref s40, ref s41, ref s50, ref s51, ref s60, ref s61, ref s70, ref s71);
            Step<TRows>(
                weights, 2, k, x0, x1, x2, x3, x4, x5, x6, x7,
                ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31,
                ref s40, ref s41, ref s50, ref s51, ref s60, ref s61, ref s70, ref s71);
            Step<TRows>(
                weights, 3, k, x0, x1, x2, x3, x4, x5, x6, x7,
                ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31,
                ref s40, ref s41, ref s50, ref s51, ref s60, ref s61, ref s70, ref s71);
            weights = TWeights.At(weights, Unrolled * PanelWidth);
        }

        for (; k < length; k++)
        {
            TWidth.Prefetch(ahead);
            ahead += step;
            Step<TRows>(
                weights, 0, k, x0, x1, x2, x3, x4, x5, x6, x7,
                ref s00, ref s01, ref s10, ref s11, ref s20, ref s21, ref s30, ref s31,
                ref s40, ref s41, ref s50, ref s51, ref s60, ref s61, ref s70, ref s71);
            weights = TWeights.At(weights, PanelWidth);
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

    /// <summary>One step: sums[r] += x[r][k + i] weights[i]. The constant i ends up inside the addresses.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TRows>(
        void* weights, int i, nint k, float* x0, float* x1, float* x2, float* x3, float* x4, float* x5, float* x6, float* x7,
        ref TVector s00, ref TVector s01, ref TVector s10, ref TVector s11, ref TVector s20, ref TVector s21, ref TVector s30, ref TVector s31,
        ref TVector s40, ref TVector s41, ref TVector s50, ref TVector s51, ref TVector s60, ref TVector s61, ref TVector s70, ref TVector s71)
        where TRows : struct, IRowCount
    {
        var w0 = TWeights.First(weights, i * PanelWidth);
        var w1 = TWeights.Second(weights, i * PanelWidth);
        Add(x0[k + i], w0, w1, ref s00, ref s01);

        if (TRows.Count > 1)
        {
            Add(x1[k + i], w0, w1, ref s10, ref s11);
        }

        if (TRows.Count > 2)
        {
            Add(x2[k + i], w0, w1, ref s20, ref s21);
        }

        if (TRows.Count > 3)
        {
            Add(x3[k + i], w0, w1, ref s30, ref s31);
        }

        if (TRows.Count > 4)
        {
            Add(x4[k + i], w0, w1, ref s40, ref s41);
        }

        if (TRows.Count > 5)
        {
            Add(x5[k + i], w0, w1, ref s50, ref s51);
        }

        if (TRows.Count > 6)
        {
            Add(x6[k + i], w0, w1, ref s60, ref s61);
        }

        if (TRows.Count > 7)
        {
            Add(x7[k + i], w0, w1, ref s70, ref s71);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float x, TVector w0, TVector w1, ref TVector s0, ref TVector s1)
    {
        var v = TWidth.Broadcast(x);
        s0 = TWidth.FusedMultiplyAdd(v, w0, s0);
        s1 = TWidth.FusedMultiplyAdd(v, w1, s1);
    }
}
