using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Sorts (token, expert) pairs by expert on a device, without atomics: one group for each expert counts the pairs of the experts before it and
/// of its own, and so knows where its pairs belong. Spans of an expert begin at start / height + expert, where they cannot meet another one's.
/// </summary>
internal static class ExpertBinKernel
{
    public const int MostThreads = 256;

    public static void Run(ExpertBinParameters p, ExpertBinOperands o)
    {
        var before = SharedMemory.Allocate<int>(MostThreads);
        var own = SharedMemory.Allocate<int>(MostThreads);
        Sort(p, o, before, own);
    }

    /// <summary>The same at int8: the groups after those of the experts round a token each, which no pair waits for.</summary>
    public static void RunInt8(
        ExpertBinParameters p,
        ExpertBinOperands o,
        QuantizeParameters q,
        ArrayView<TileMatrix> parts,
        ArrayView<float> inputs,
        ArrayView<int> words,
        ArrayView<RowQuantum> quanta)
    {
        var before = SharedMemory.Allocate<int>(MostThreads);
        var own = SharedMemory.Allocate<int>(MostThreads);
        var ranges = SharedMemory.Allocate<RowRange>(MostThreads);
        if (Grid.IdxX < p.Experts)
        {
            Sort(p, o, before, own);
        }
        else
        {
            QuantizeKernel.Round(q, Grid.IdxX - p.Experts, 0, ranges, parts, inputs, words, quanta);
        }
    }

    private static void Sort(in ExpertBinParameters p, in ExpertBinOperands o, ArrayView<int> before, ArrayView<int> own)
    {
        var thread = Group.IdxX;
        var expert = Grid.IdxX;
        var share = (p.Tokens + Group.DimX - 1) / Group.DimX;
        var first = thread * share;
        var end = IntrinsicMath.Min(first + share, p.Tokens);
        var (lower, equal) = (0, 0);
        for (var t = first; t < end; t++)
        {
            var line = (long)(p.FirstToken + t) * p.ExpertStride;
            for (var i = 0; i < o.Counts[p.FirstToken + t]; i++)
            {
                var chosen = o.Experts[line + i];
                lower += chosen < expert ? 1 : 0;
                equal += chosen == expert ? 1 : 0;
            }
        }

        before[thread] = lower;
        own[thread] = equal;
        Group.Barrier();
        var start = 0;
        var slot = 0;
        var all = 0;
        for (var other = 0; other < Group.DimX; other++)
        {
            start += before[other];
            slot += other < thread ? own[other] : 0;
            all += own[other];
        }

        slot += start;
        for (var t = first; t < end; t++)
        {
            var line = (long)(p.FirstToken + t) * p.ExpertStride;
            for (var i = 0; i < o.Counts[p.FirstToken + t]; i++)
            {
                if (o.Experts[line + i] == expert)
                {
                    o.Tokens[slot] = t;
                    o.Factors[slot] = o.Weights[((long)(p.FirstToken + t) * p.WeightStride) + i] * p.Scale;
                    o.Slots[((long)t * p.Capacity) + i] = slot;
                    slot++;
                }
            }
        }

        var firstSpan = (start / p.Height) + expert;
        var nextSpan = expert + 1 < p.Experts ? ((start + all) / p.Height) + expert + 1 : p.Spans;
        for (var span = firstSpan + thread; span < nextSpan; span += Group.DimX)
        {
            TileSpan rows = default;
            rows.Matrix = expert;
            rows.FirstRow = start + ((span - firstSpan) * p.Height);
            rows.Rows = IntrinsicMath.Clamp(start + all - rows.FirstRow, 0, p.Height);
            o.Spans[span] = rows;
        }
    }
}
