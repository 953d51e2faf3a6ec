using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// The active neurons of each token, in order, and the values that are multiplied: one group for each token, whose threads go over a stretch each.
/// </summary>
internal static class ActiveKernel
{
    private const int MostThreads = 256;

    public static void Run(
        ActiveParameters p,
        ArrayView<int> givenCounts,
        ArrayView<int> givenIndices,
        ArrayView<float> given,
        ArrayView<int> counts,
        ArrayView<int> indices,
        ArrayView<float> values,
        ArrayView<float> scales)
    {
        var found = SharedMemory.Allocate<int>(MostThreads);
        var lows = SharedMemory.Allocate<float>(MostThreads);
        var highs = SharedMemory.Allocate<float>(MostThreads);
        var token = Grid.IdxX;
        var thread = Group.IdxX;
        var line = (long)token * p.Stride;
        var target = (long)token * p.Width;
        var length = p.HasSets != 0 ? givenCounts[token] : p.Width;
        var share = (length + Group.DimX - 1) / Group.DimX;
        var first = thread * share;
        var end = IntrinsicMath.Min(first + share, length);
        var count = 0;
        var low = 0f;
        var high = 0f;
        for (var j = first; j < end; j++)
        {
            var value = given[line + j];
            if (p.HasSets != 0 || value != 0 || float.IsNaN(value))
            {
                count++;
                var isFinite = value - value == 0;
                low = isFinite ? IntrinsicMath.Min(low, value) : float.NegativeInfinity;
                high = isFinite ? IntrinsicMath.Max(high, value) : high;
            }
        }

        found[thread] = count;
        lows[thread] = low;
        highs[thread] = high;
        Group.Barrier();
        var place = 0;
        var all = 0;
        low = 0;
        high = 0;
        for (var other = 0; other < Group.DimX; other++)
        {
            place += other < thread ? found[other] : 0;
            all += found[other];
            low = IntrinsicMath.Min(low, lows[other]);
            high = IntrinsicMath.Max(high, highs[other]);
        }

        var quantum = RowQuantum.Of(low, high, out var inverse);
        for (var j = first; j < end; j++)
        {
            var value = given[line + j];
            if (p.HasSets != 0 || value != 0 || float.IsNaN(value))
            {
                indices[target + place] = p.HasSets != 0 ? givenIndices[((long)token * p.IndexStride) + j] : j;
                values[target + place] = p.IsInteger == 0 ? value : inverse != 0 ? quantum.Round(value, inverse) - quantum.Zero : 0;
                place++;
            }
        }

        if (thread == 0)
        {
            counts[token] = all;
            scales[token] = quantum.Scale;
        }
    }
}
