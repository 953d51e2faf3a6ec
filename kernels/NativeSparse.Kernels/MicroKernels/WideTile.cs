using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// Tiles for one and two rows: several panels side by side, so that enough sums are under way at once to hide the latency of the
/// multiply-adds and to keep several streams of weights coming. Same order of summation as <see cref="Tile{TWidth, TVector, TWeights}"/>.
/// </summary>
internal static unsafe class WideTile<TWidth, TVector, TWeights>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
    where TWeights : struct, IPanelWeights<TVector>
{
    /// <summary>One row times four panels that lie <paramref name="stride"/> values apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunOneRow(float* x, nint length, void* weights, nint stride, float* y, bool add)
    {
        var s0 = add ? TWidth.Load(y + (0 * TWidth.Lanes)) : default;
        var s1 = add ? TWidth.Load(y + (1 * TWidth.Lanes)) : default;
        var s2 = add ? TWidth.Load(y + (2 * TWidth.Lanes)) : default;
        var s3 = add ? TWidth.Load(y + (3 * TWidth.Lanes)) : default;
        var s4 = add ? TWidth.Load(y + (4 * TWidth.Lanes)) : default;
        var s5 = add ? TWidth.Load(y + (5 * TWidth.Lanes)) : default;
        var s6 = add ? TWidth.Load(y + (6 * TWidth.Lanes)) : default;
        var s7 = add ? TWidth.Load(y + (7 * TWidth.Lanes)) : default;
        var second = TWeights.At(weights, stride);
        var third = TWeights.At(second, stride);
        var fourth = TWeights.At(third, stride);
        nint p = 0;
        for (nint k = 0; k < length; k++)
        {
            var v = TWidth.Broadcast(x[k]);
            s0 = TWidth.FusedMultiplyAdd(v, TWeights.First(weights, p), s0);
            s1 = TWidth.FusedMultiplyAdd(v, TWeights.Second(weights, p), s1);
            s2 = TWidth.FusedMultiplyAdd(v, TWeights.First(second, p), s2);
            s3 = TWidth.FusedMultiplyAdd(v, TWeights.Second(second, p), s3);
            s4 = TWidth.FusedMultiplyAdd(v, TWeights.First(third, p), s4);
            s5 = TWidth.FusedMultiplyAdd(v, TWeights.Second(third, p), s5);
            s6 = TWidth.FusedMultiplyAdd(v, TWeights.First(fourth, p), s6);
            s7 = TWidth.FusedMultiplyAdd(v, TWeights.Second(fourth, p), s7);
            p += 2 * TWidth.Lanes;
        }

        TWidth.Store(s0, y + (0 * TWidth.Lanes));
        TWidth.Store(s1, y + (1 * TWidth.Lanes));
        TWidth.Store(s2, y + (2 * TWidth.Lanes));
        TWidth.Store(s3, y + (3 * TWidth.Lanes));
        TWidth.Store(s4, y + (4 * TWidth.Lanes));
        TWidth.Store(s5, y + (5 * TWidth.Lanes));
        TWidth.Store(s6, y + (6 * TWidth.Lanes));
        TWidth.Store(s7, y + (7 * TWidth.Lanes));
    }

    /// <summary>Two rows times two panels that lie <paramref name="stride"/> values apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunTwoRows(float* x0, float* x1, nint length, void* weights, nint stride, float* y0, float* y1, bool add)
    {
        var s00 = add ? TWidth.Load(y0 + (0 * TWidth.Lanes)) : default;
        var s01 = add ? TWidth.Load(y0 + (1 * TWidth.Lanes)) : default;
        var s02 = add ? TWidth.Load(y0 + (2 * TWidth.Lanes)) : default;
        var s03 = add ? TWidth.Load(y0 + (3 * TWidth.Lanes)) : default;
        var s10 = add ? TWidth.Load(y1 + (0 * TWidth.Lanes)) : default;
        var s11 = add ? TWidth.Load(y1 + (1 * TWidth.Lanes)) : default;
        var s12 = add ? TWidth.Load(y1 + (2 * TWidth.Lanes)) : default;
        var s13 = add ? TWidth.Load(y1 + (3 * TWidth.Lanes)) : default;
        var second = TWeights.At(weights, stride);
        nint p = 0;
        for (nint k = 0; k < length; k++)
        {
            var v0 = TWidth.Broadcast(x0[k]);
            var v1 = TWidth.Broadcast(x1[k]);
            var w0 = TWeights.First(weights, p);
            s00 = TWidth.FusedMultiplyAdd(v0, w0, s00);
            s10 = TWidth.FusedMultiplyAdd(v1, w0, s10);
            var w1 = TWeights.Second(weights, p);
            s01 = TWidth.FusedMultiplyAdd(v0, w1, s01);
            s11 = TWidth.FusedMultiplyAdd(v1, w1, s11);
            var w2 = TWeights.First(second, p);
            s02 = TWidth.FusedMultiplyAdd(v0, w2, s02);
            s12 = TWidth.FusedMultiplyAdd(v1, w2, s12);
            var w3 = TWeights.Second(second, p);
            s03 = TWidth.FusedMultiplyAdd(v0, w3, s03);
            s13 = TWidth.FusedMultiplyAdd(v1, w3, s13);
            p += 2 * TWidth.Lanes;
        }

        TWidth.Store(s00, y0 + (0 * TWidth.Lanes));
        TWidth.Store(s01, y0 + (1 * TWidth.Lanes));
        TWidth.Store(s02, y0 + (2 * TWidth.Lanes));
        TWidth.Store(s03, y0 + (3 * TWidth.Lanes));
        TWidth.Store(s10, y1 + (0 * TWidth.Lanes));
        TWidth.Store(s11, y1 + (1 * TWidth.Lanes));
        TWidth.Store(s12, y1 + (2 * TWidth.Lanes));
        TWidth.Store(s13, y1 + (3 * TWidth.Lanes));
    }
}
