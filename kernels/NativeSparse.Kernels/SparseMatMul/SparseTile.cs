using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// The register tiles of sparse products: one block of outputs, whose weights are broadcast, times some registers of neighbouring tokens or
/// pixels, which are loaded once for all outputs of the block. Sums begin at 0 with the first inputs, else at what lies in y.
/// </summary>
internal static unsafe class SparseTile<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>
    /// Two outputs with a pattern each, whose entries follow each other, TVectors registers: <c>y[n][p] += sum_i values[i] x[inputs[i] stride + p]</c>;
    /// y rows lie <paramref name="yStride"/> values apart. Two chains are under way, as one alone would wait for each addition.
    /// </summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunPair<TVectors>(
        ushort* inputs, float* values, int count, int nextCount, float* x, nint stride, bool isFirst, float* bias, float* y, nint yStride)
        where TVectors : struct, IRowCount
    {
        TVector a0 = default, a1 = default, a2 = default, a3 = default;
        TVector b0 = default, b1 = default, b2 = default, b3 = default;
        if (!isFirst)
        {
            Load<TVectors>(y, ref a0, ref a1, ref a2, ref a3);
            Load<TVectors>(y + yStride, ref b0, ref b1, ref b2, ref b3);
        }

        var common = Math.Min(count, nextCount);
        var nextInputs = inputs + count;
        var nextValues = values + count;
        var i = 0;
        for (; i < common; i++)
        {
            AddEntry<TVectors>(values[i], x + (inputs[i] * stride), ref a0, ref a1, ref a2, ref a3);
            AddEntry<TVectors>(nextValues[i], x + (nextInputs[i] * stride), ref b0, ref b1, ref b2, ref b3);
        }

        for (var k = i; k < count; k++)
        {
            AddEntry<TVectors>(values[k], x + (inputs[k] * stride), ref a0, ref a1, ref a2, ref a3);
        }

        for (; i < nextCount; i++)
        {
            AddEntry<TVectors>(nextValues[i], x + (nextInputs[i] * stride), ref b0, ref b1, ref b2, ref b3);
        }

        Store<TVectors>(a0, a1, a2, a3, bias, y);
        Store<TVectors>(b0, b1, b2, b3, bias == null ? null : bias + 1, y + yStride);
    }

    /// <summary>Two outputs that share a pattern, TVectors registers.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunTwo<TVectors>(
        ushort* inputs, float* values, int count, float* x, nint stride, bool isFirst, float* bias, float* y, nint yStride)
        where TVectors : struct, IRowCount
    {
        TVector a0 = default, a1 = default, a2 = default, a3 = default;
        TVector b0 = default, b1 = default, b2 = default, b3 = default;
        if (!isFirst)
        {
            Load<TVectors>(y, ref a0, ref a1, ref a2, ref a3);
            Load<TVectors>(y + yStride, ref b0, ref b1, ref b2, ref b3);
        }

        for (var i = 0; i < count; i++)
        {
            var source = x + (inputs[i] * stride);
            var (wa, wb) = (TWidth.Broadcast(values[2 * i]), TWidth.Broadcast(values[(2 * i) + 1]));
            var v = TWidth.Load(source);
            a0 = TWidth.FusedMultiplyAdd(wa, v, a0);
            b0 = TWidth.FusedMultiplyAdd(wb, v, b0);
            v = TWidth.Load(source + TWidth.Lanes);
            a1 = TWidth.FusedMultiplyAdd(wa, v, a1);
            b1 = TWidth.FusedMultiplyAdd(wb, v, b1);
            if (TVectors.Count > 2)
            {
                v = TWidth.Load(source + (2 * TWidth.Lanes));
                a2 = TWidth.FusedMultiplyAdd(wa, v, a2);
                b2 = TWidth.FusedMultiplyAdd(wb, v, b2);
                v = TWidth.Load(source + (3 * TWidth.Lanes));
                a3 = TWidth.FusedMultiplyAdd(wa, v, a3);
                b3 = TWidth.FusedMultiplyAdd(wb, v, b3);
            }
        }

        Store<TVectors>(a0, a1, a2, a3, bias, y);
        Store<TVectors>(b0, b1, b2, b3, bias == null ? null : bias + 1, y + yStride);
    }

    /// <summary>Four or eight outputs, two registers; the values of one entry lie <paramref name="valueStride"/> apart from the next entry's.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void RunBlock<TRows>(
        ushort* inputs, float* values, nint valueStride, int count, float* x, nint stride, bool isFirst, float* bias, float* y, nint yStride)
        where TRows : struct, IRowCount
    {
        TVector s00 = default, s01 = default, s10 = default, s11 = default, s20 = default, s21 = default, s30 = default, s31 = default;
        TVector s40 = default, s41 = default, s50 = default, s51 = default, s60 = default, s61 = default, s70 = default, s71 = default;
        if (!isFirst)
        {
            LoadPair(y, ref s00, ref s01);
            LoadPair(y + yStride, ref s10, ref s11);
            LoadPair(y + (2 * yStride), ref s20, ref s21);
            LoadPair(y + (3 * yStride), ref s30, ref s31);
            if (TRows.Count > 4)
            {
                LoadPair(y + (4 * yStride), ref s40, ref s41);
                LoadPair(y + (5 * yStride), ref s50, ref s51);
                LoadPair(y + (6 * yStride), ref s60, ref s61);
                LoadPair(y + (7 * yStride), ref s70, ref s71);
            }
        }

        for (var i = 0; i < count; i++)
        {
            var source = x + (inputs[i] * stride);
            var (v0, v1) = (TWidth.Load(source), TWidth.Load(source + TWidth.Lanes));
            Add(values[0], v0, v1, ref s00, ref s01);
            Add(values[1], v0, v1, ref s10, ref s11);
            Add(values[2], v0, v1, ref s20, ref s21);
            Add(values[3], v0, v1, ref s30, ref s31);
            if (TRows.Count > 4)
            {
                Add(values[4], v0, v1, ref s40, ref s41);
                Add(values[5], v0, v1, ref s50, ref s51);
                Add(values[6], v0, v1, ref s60, ref s61);
                Add(values[7], v0, v1, ref s70, ref s71);
            }

            values += valueStride;
        }

        StorePair(s00, s01, bias, 0, y);
        StorePair(s10, s11, bias, 1, y + yStride);
        StorePair(s20, s21, bias, 2, y + (2 * yStride));
        StorePair(s30, s31, bias, 3, y + (3 * yStride));
        if (TRows.Count > 4)
        {
            StorePair(s40, s41, bias, 4, y + (4 * yStride));
            StorePair(s50, s51, bias, 5, y + (5 * yStride));
            StorePair(s60, s61, bias, 6, y + (6 * yStride));
            StorePair(s70, s71, bias, 7, y + (7 * yStride));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void AddEntry<TVectors>(float weight, float* source, ref TVector s0, ref TVector s1, ref TVector s2, ref TVector s3)
        where TVectors : struct, IRowCount
    {
        var w = TWidth.Broadcast(weight);
        s0 = TWidth.FusedMultiplyAdd(w, TWidth.Load(source), s0);
        s1 = TWidth.FusedMultiplyAdd(w, TWidth.Load(source + TWidth.Lanes), s1);
        if (TVectors.Count > 2)
        {
            s2 = TWidth.FusedMultiplyAdd(w, TWidth.Load(source + (2 * TWidth.Lanes)), s2);
            s3 = TWidth.FusedMultiplyAdd(w, TWidth.Load(source + (3 * TWidth.Lanes)), s3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(float weight, TVector v0, TVector v1, ref TVector s0, ref TVector s1)
    {
        var w = TWidth.Broadcast(weight);
        s0 = TWidth.FusedMultiplyAdd(w, v0, s0);
        s1 = TWidth.FusedMultiplyAdd(w, v1, s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Load<TVectors>(float* y, ref TVector s0, ref TVector s1, ref TVector s2, ref TVector s3)
        where TVectors : struct, IRowCount
    {
        LoadPair(y, ref s0, ref s1);
        if (TVectors.Count > 2)
        {
            LoadPair(y + (2 * TWidth.Lanes), ref s2, ref s3);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void LoadPair(float* y, ref TVector s0, ref TVector s1) => (s0, s1) = (TWidth.Load(y), TWidth.Load(y + TWidth.Lanes));

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TVectors>(TVector s0, TVector s1, TVector s2, TVector s3, float* bias, float* y)
        where TVectors : struct, IRowCount
    {
        StorePair(s0, s1, bias, 0, y);
        if (TVectors.Count > 2)
        {
            StorePair(s2, s3, bias, 0, y + (2 * TWidth.Lanes));
        }
    }

    /// <summary>The bias is added with the last inputs, which bring one.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void StorePair(TVector s0, TVector s1, float* bias, int output, float* y)
    {
        if (bias != null)
        {
            var added = TWidth.Broadcast(bias[output]);
            (s0, s1) = (TWidth.Add(s0, added), TWidth.Add(s1, added));
        }

        TWidth.Store(s0, y);
        TWidth.Store(s1, y + TWidth.Lanes);
    }
}
