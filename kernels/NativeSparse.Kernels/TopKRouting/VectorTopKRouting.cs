using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>
/// Finds the K-th highest score of a token by bisection over order-preserving integers: a fixed number of counting passes without
/// unpredictable branches, whatever K is.
/// </summary>
internal sealed unsafe class VectorTopKRouting<TWidth, TVector> : ITopKRouting
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    private const int ChunkTokens = 32;

    public string Version => TWidth.Name;

    public void Run(in Execution execution, View scores, in RoutingOptions options, in Routing routing)
    {
        RoutingArguments.Check(scores, options, routing);
        execution.Cancellation.ThrowIfCancellationRequested();
        using var scope = execution.Scratch.Enter();
        var chunks = (scores.Rows + ChunkTokens - 1) / ChunkTokens;
        var job = new Job
        {
            Scores = scores,
            Options = options,
            Routing = routing,
            Keys = execution.Scratch.RentInt32(chunks, RoundUp(scores.Columns)),
        };
        if (chunks > 0)
        {
            execution.Splitter.Run(chunks, &RunChunk, ref job);
        }
    }

    private static int RoundUp(int experts) => (experts + TWidth.Lanes - 1) / TWidth.Lanes * TWidth.Lanes;

    private static void RunChunk(ref Job job, int chunk)
    {
        var end = Math.Min((chunk + 1) * ChunkTokens, job.Scores.Rows);
        var keys = job.Keys.RowInt32(chunk);
        for (var t = chunk * ChunkTokens; t < end; t++)
        {
            var scores = job.Scores.Row(t);
            var chosen = job.Routing.Experts.RowInt32(t);
            var count = job.Options.Selection == RoutingSelection.TopK
                ? ChooseHighest(scores, keys, job.Scores.Columns, job.Options.K, chosen)
                : ChooseAbove(scores, job.Scores.Columns, job.Options.Threshold, chosen);
            job.Routing.Counts.RowInt32(0)[t] = count;
            RoutingSoftmax<TWidth, TVector>.Weigh(
                scores, job.Scores.Columns, chosen, count, job.Options.Weights, (float*)keys, job.Routing.Weights.Row(t));
        }
    }

    private static int ChooseAbove(float* scores, int experts, float threshold, int* chosen)
    {
        var count = 0;
        for (var e = 0; e < experts; e++)
        {
            if (scores[e] >= threshold)
            {
                chosen[count++] = e;
            }
        }

        return count;
    }

    private static int ChooseHighest(float* scores, int* keys, int experts, int k, int* chosen)
    {
        var padded = RoundUp(experts);
        var (lowest, highest) = RoutingKeys.Fill(scores, keys, experts, padded);

        // Invariant: at least K keys are >= low, fewer than K are > high.
        long low = lowest;
        long high = highest;
        var above = -1;
        while (low < high)
        {
            var middle = (int)((low + high) >> 1);
            var greater = TWidth.CountGreater(keys, padded, middle);
            if (greater == k)
            {
                low = middle;
                above = k;
                break;
            }

            if (greater > k)
            {
                low = middle + 1L;
            }
            else
            {
                high = middle;
            }
        }

        var pivot = (int)low;
        var ties = k - (above >= 0 ? above : TWidth.CountGreater(keys, padded, pivot));
        return RoutingKeys.Collect(keys, experts, pivot, ties, chosen);
    }

    private struct Job
    {
        public View Scores;
        public RoutingOptions Options;
        public Routing Routing;
        public View Keys;
    }
}
