using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Adds active rows of float32 weights to sums in the first-level cache.</summary>
internal static unsafe class RowTile<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary><c>sums[c] = fma(values[i], weights[indices[i], c], sums[c])</c> for i from 0 up; columns are whole panels of two registers.</summary>
    /// <param name="weights">The first row.</param>
    /// <param name="stride">Values from one row to the next.</param>
    /// <param name="indices">Active rows.</param>
    /// <param name="values">The value of each.</param>
    /// <param name="count">How many there are.</param>
    /// <param name="left">How many there are with those that come later, from which rows are asked for ahead; 0: nothing is asked for.</param>
    /// <param name="sums">One for each column.</param>
    /// <param name="columns">How many columns there are.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Add(float* weights, nint stride, int* indices, float* values, int count, int left, float* sums, int columns)
    {
        var rows = stackalloc byte*[RowBlock.Rows];
        var ahead = stackalloc byte*[RowBlock.Rows];
        var distance = RowBlock.RowsAhead(columns * sizeof(float));
        for (var i = 0; i < count; i += RowBlock.Rows)
        {
            RowBlock.Point((byte*)weights, stride * sizeof(float), indices, i, count, rows);
            if (left > 0)
            {
                RowBlock.Point((byte*)weights, stride * sizeof(float), indices, i + distance, left, ahead);
            }

            Add(Math.Min(count - i, RowBlock.Rows), (float**)rows, left > 0 ? ahead : null, values + i, sums, columns);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(int height, float** rows, byte** ahead, float* values, float* sums, int columns)
    {
        switch (height)
        {
            case 1:
                Add<RowCounts.One>(rows, ahead, values, sums, columns);
                break;
            case 2:
                Add<RowCounts.Two>(rows, ahead, values, sums, columns);
                break;
            case 3:
                Add<RowCounts.Three>(rows, ahead, values, sums, columns);
                break;
            case 4:
                Add<RowCounts.Four>(rows, ahead, values, sums, columns);
                break;
            case 5:
                Add<RowCounts.Five>(rows, ahead, values, sums, columns);
                break;
            case 6:
                Add<RowCounts.Six>(rows, ahead, values, sums, columns);
                break;
            case 7:
                Add<RowCounts.Seven>(rows, ahead, values, sums, columns);
                break;
            default:
                Add<RowCounts.Eight>(rows, ahead, values, sums, columns);
                break;
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TRows>(float** rows, byte** ahead, float* values, float* sums, int columns)
        where TRows : struct, IRowCount
    {
        var r0 = rows[0];
        var r1 = TRows.Count > 1 ? rows[1] : r0;
        var r2 = TRows.Count > 2 ? rows[2] : r0;
        var r3 = TRows.Count > 3 ? rows[3] : r0;
        var r4 = TRows.Count > 4 ? rows[4] : r0;
        var r5 = TRows.Count > 5 ? rows[5] : r0;
        var r6 = TRows.Count > 6 ? rows[6] : r0;
        var r7 = TRows.Count > 7 ? rows[7] : r0;
        var x0 = TWidth.Broadcast(values[0]);
        var x1 = TRows.Count > 1 ? TWidth.Broadcast(values[1]) : x0;
        var x2 = TRows.Count > 2 ? TWidth.Broadcast(values[2]) : x0;
        var x3 = TRows.Count > 3 ? TWidth.Broadcast(values[3]) : x0;
        var x4 = TRows.Count > 4 ? TWidth.Broadcast(values[4]) : x0;
        var x5 = TRows.Count > 5 ? TWidth.Broadcast(values[5]) : x0;
        var x6 = TRows.Count > 6 ? TWidth.Broadcast(values[6]) : x0;
        var x7 = TRows.Count > 7 ? TWidth.Broadcast(values[7]) : x0;
        for (nint c = 0; c < columns; c += 2 * TWidth.Lanes)
        {
            if (TRows.Count == RowBlock.Rows && ahead is not null)
            {
                Prefetch(ahead, c);
            }

            var (s0, s1) = (TWidth.Load(sums + c), TWidth.Load(sums + c + TWidth.Lanes));
            Add(x0, r0 + c, ref s0, ref s1);

            if (TRows.Count > 1)
            {
                Add(x1, r1 + c, ref s0, ref s1);
            }

            if (TRows.Count > 2)
            {
                Add(x2, r2 + c, ref s0, ref s1);
            }

            if (TRows.Count > 3)
            {
                Add(x3, r3 + c, ref s0, ref s1);
            }

            if (TRows.Count > 4)
            {
                Add(x4, r4 + c, ref s0, ref s1);
            }

            if (TRows.Count > 5)
            {
                Add(x5, r5 + c, ref s0, ref s1);
            }

            if (TRows.Count > 6)
            {
                Add(x6, r6 + c, ref s0, ref s1);
            }

            if (TRows.Count > 7)
            {
                Add(x7, r7 + c, ref s0, ref s1);
            }

            TWidth.Store(s0, sums + c);
            TWidth.Store(s1, sums + c + TWidth.Lanes);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TVector x, float* row, ref TVector s0, ref TVector s1)
    {
        s0 = TWidth.FusedMultiplyAdd(x, TWidth.Load(row), s0);
        s1 = TWidth.FusedMultiplyAdd(x, TWidth.Load(row + TWidth.Lanes), s1);
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte** ahead, nint column)
    {
        TWidth.Prefetch(ahead[0] + (column * sizeof(float)));
        TWidth.Prefetch(ahead[1] + (column * sizeof(float)));
        TWidth.Prefetch(ahead[2] + (column * sizeof(float)));
        TWidth.Prefetch(ahead[3] + (column * sizeof(float)));
        TWidth.Prefetch(ahead[4] + (column * sizeof(float)));
        TWidth.Prefetch(ahead[5] + (column * sizeof(float)));
        TWidth.Prefetch(ahead[6] + (column * sizeof(float)));
        TWidth.Prefetch(ahead[7] + (column * sizeof(float)));
    }
}
