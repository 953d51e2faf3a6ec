using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// What a group rounds its rows by, all threads together: the ranges of the rows' values, which it looks at itself, or which the product before left
/// one for each of its groups of columns.
/// </summary>
internal static class GroupRounding
{
    /// <summary>This thread's share of the ranges of its row's parts, and of its token's other pairs where they share a scale.</summary>
    /// <param name="p">The launch.</param>
    /// <param name="o">The operands.</param>
    /// <param name="firstRow">The group's first row.</param>
    /// <param name="rows">How many, from 1 on.</param>
    /// <param name="bits"><see cref="ShareBits"/>.</param>
    public static RowRange OfParts<TInput, TWeight>(in TileParameters p, in TileOperands<TInput, TWeight> o, int firstRow, int rows, int bits)
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var slot = firstRow + IntrinsicMath.Min(Group.IdxX >> bits, rows - 1);
        var share = 1 << bits;
        var lane = Group.IdxX & (share - 1);
        RowRange range = default;
        if (p.IsToken != 0)
        {
            var token = o.Index[slot];
            for (var i = 0; i < o.Counts[token]; i++)
            {
                Include(o.Ranges, o.Slots[((long)token * p.Capacity) + i], p.RangeParts, lane, share, ref range);
            }
        }
        else
        {
            Include(o.Ranges, slot, p.RangeParts, lane, share, ref range);
        }

        return range;
    }

    /// <summary>How many threads look at one row, as a power of two.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static int ShareBits(int rows)
    {
        var bits = 0;
        while ((2 * rows) << bits <= Group.DimX)
        {
            bits++;
        }

        return bits;
    }

    /// <summary>Joins what the threads of each row saw.</summary>
    /// <param name="range">What this thread did.</param>
    /// <param name="bits">Threads of a row, as a power of two.</param>
    /// <param name="isSymmetric">Whether values are rounded around 128.</param>
    /// <param name="ranges">Shared memory of a range for each thread.</param>
    /// <param name="result">Shared memory of as many rows.</param>
    public static void Join(RowRange range, int bits, bool isSymmetric, ArrayView<RowRange> ranges, ArrayView<RoundedRow> result)
    {
        var thread = Group.IdxX;
        var lane = thread & ((1 << bits) - 1);
        ranges[thread] = range;
        Group.Barrier();
        for (var half = (1 << bits) >> 1; half > 0; half >>= 1)
        {
            if (lane < half)
            {
                var joined = ranges[thread];
                joined.Include(ranges[thread + half]);
                ranges[thread] = joined;
            }

            Group.Barrier();
        }

        if (lane == 0)
        {
            result[thread >> bits] = RoundedRow.Of(ranges[thread], isSymmetric);
        }

        Group.Barrier();
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Include(ArrayView<RowRange> parts, int row, int count, int lane, int share, ref RowRange range)
    {
        var start = (long)row * count;
        for (var part = lane; part < count; part += share)
        {
            range.Include(parts[start + part]);
        }
    }
}
