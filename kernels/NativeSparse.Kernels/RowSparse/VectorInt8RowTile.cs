using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// The int8 row tile on managed vectors: bytes of two rows are woven together by words, so that a mask and a shift give pairs of words, one of each row,
/// which are multiplied and added as pairs.
/// </summary>
internal sealed unsafe class VectorInt8RowTile<TWords, TPairs, TVector> : Int8RowTile
    where TWords : struct, IInt8Vectors<TVector>
    where TPairs : struct, IRowPairs<TVector>
    where TVector : struct
{
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Add(byte* weights, nint stride, int* indices, short* words, int count, int left, int* sums, int columns)
    {
        var rows = stackalloc byte*[RowBlock.Rows];
        var ahead = stackalloc byte*[RowBlock.Rows];
        var distance = RowBlock.RowsAhead(columns);
        for (var i = 0; i < count; i += RowBlock.Rows)
        {
            RowBlock.Point(weights, stride, indices, i, count, rows);
            if (left > 0)
            {
                RowBlock.Point(weights, stride, indices, i + distance, left, ahead);
            }

            switch (Math.Min(count - i, RowBlock.Rows))
            {
                case 1 or 2:
                    Add<RowCounts.One>(rows, left > 0 ? ahead : null, words + i, sums, columns);
                    break;
                case 3 or 4:
                    Add<RowCounts.Two>(rows, left > 0 ? ahead : null, words + i, sums, columns);
                    break;
                case 5 or 6:
                    Add<RowCounts.Three>(rows, left > 0 ? ahead : null, words + i, sums, columns);
                    break;
                default:
                    Add<RowCounts.Four>(rows, left > 0 ? ahead : null, words + i, sums, columns);
                    break;
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public override void Finish(int* sums, float* scales, float rowScale, float* biases, int columns)
    {
        for (var c = 0; c < columns; c += TWords.Lanes)
        {
            var sum = Unsafe.ReadUnaligned<TVector>(sums + c);
            TWords.Finish(sum, 0, null, scales + c, rowScale, biases + c, (float*)sums + c);
        }
    }

    /// <summary>TRows pairs of rows; what a last row without a partner is paired with is multiplied by zero.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void Add<TRows>(byte** rows, byte** ahead, short* words, int* sums, int columns)
        where TRows : struct, IRowCount
    {
        var a0 = rows[0];
        var b0 = rows[1];
        var a1 = TRows.Count > 1 ? rows[2] : a0;
        var b1 = TRows.Count > 1 ? rows[3] : b0;
        var a2 = TRows.Count > 2 ? rows[4] : a0;
        var b2 = TRows.Count > 2 ? rows[5] : b0;
        var a3 = TRows.Count > 3 ? rows[6] : a0;
        var b3 = TRows.Count > 3 ? rows[7] : b0;
        var x0 = TWords.LoadInput((byte*)words);
        var x1 = TRows.Count > 1 ? TWords.LoadInput((byte*)(words + 2)) : x0;
        var x2 = TRows.Count > 2 ? TWords.LoadInput((byte*)(words + 4)) : x0;
        var x3 = TRows.Count > 3 ? TWords.LoadInput((byte*)(words + 6)) : x0;
        for (nint line = 0; line < columns; line += Int8RowMatrix.ColumnGranularity)
        {
            if (TRows.Count == RowBlock.Rows / 2 && ahead is not null)
            {
                Prefetch(ahead, line);
            }

            for (var c = line; c < line + Int8RowMatrix.ColumnGranularity; c += 4 * TWords.Lanes)
            {
                var to = sums + c;
                var s0 = Unsafe.ReadUnaligned<TVector>(to);
                var s1 = Unsafe.ReadUnaligned<TVector>(to + TWords.Lanes);
                var s2 = Unsafe.ReadUnaligned<TVector>(to + (2 * TWords.Lanes));
                var s3 = Unsafe.ReadUnaligned<TVector>(to + (3 * TWords.Lanes));
                Add(x0, a0 + c, b0 + c, ref s0, ref s1, ref s2, ref s3);

                if (TRows.Count > 1)
                {
                    Add(x1, a1 + c, b1 + c, ref s0, ref s1, ref s2, ref s3);
                }

                if (TRows.Count > 2)
                {
                    Add(x2, a2 + c, b2 + c, ref s0, ref s1, ref s2, ref s3);
                }

                if (TRows.Count > 3)
                {
                    Add(x3, a3 + c, b3 + c, ref s0, ref s1, ref s2, ref s3);
                }

                Unsafe.WriteUnaligned(to, s0);
                Unsafe.WriteUnaligned(to + TWords.Lanes, s1);
                Unsafe.WriteUnaligned(to + (2 * TWords.Lanes), s2);
                Unsafe.WriteUnaligned(to + (3 * TWords.Lanes), s3);
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Add(TVector x, byte* first, byte* second, ref TVector s0, ref TVector s1, ref TVector s2, ref TVector s3)
    {
        var a = Unsafe.ReadUnaligned<TVector>(first);
        var b = Unsafe.ReadUnaligned<TVector>(second);
        var (low, high) = (TPairs.Low(a, b), TPairs.High(a, b));
        TWords.MultiplyAdd(ref s0, ref s1, x, TPairs.Even(low), TPairs.Odd(low));
        TWords.MultiplyAdd(ref s2, ref s3, x, TPairs.Even(high), TPairs.Odd(high));
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Prefetch(byte** ahead, nint column)
    {
        TWords.Prefetch((sbyte*)ahead[0] + column);
        TWords.Prefetch((sbyte*)ahead[1] + column);
        TWords.Prefetch((sbyte*)ahead[2] + column);
        TWords.Prefetch((sbyte*)ahead[3] + column);
        TWords.Prefetch((sbyte*)ahead[4] + column);
        TWords.Prefetch((sbyte*)ahead[5] + column);
        TWords.Prefetch((sbyte*)ahead[6] + column);
        TWords.Prefetch((sbyte*)ahead[7] + column);
    }
}
