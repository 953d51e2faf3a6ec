using System.Numerics;
using System.Runtime.CompilerServices;

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
            Choice = RoutingChoice.IsPlain(options) ? default : execution.Scratch.Rent(chunks, scores.Columns),
            Sorted = options.Selection == RoutingSelection.TopP ? execution.Scratch.RentInt32(chunks, 2 * scores.Columns) : default,
        };
        if (chunks > 0)
        {
            execution.Splitter.Run(chunks, &RunChunk, ref job);
        }

        if (RoutingCapacity.IsNeeded(options, routing))
        {
            RoutingCapacity.Apply(execution, scores.Columns, options, routing);
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
            var choice = scores;
            if (!job.Choice.IsEmpty)
            {
                choice = job.Choice.Row(chunk);
                RoutingChoice.Fill(scores, job.Scores.Columns, job.Options, choice);
            }

            var chosen = job.Routing.Experts.RowInt32(t);
            var count = job.Options.Selection switch
            {
                RoutingSelection.TopK => ChooseHighest(choice, keys, job.Scores.Columns, job.Options.K, chosen),
                RoutingSelection.TopP => RoutingTopP.Choose(choice, job.Scores.Columns, job.Options, (ulong*)job.Sorted.RowInt32(chunk), chosen),
                _ => ChooseAbove(choice, job.Scores.Columns, job.Options.Threshold, chosen),
            };
            job.Routing.Counts.RowInt32(0)[t] = count;
            if (RoutingScalarWeights.Has(job.Options.Weights))
            {
                RoutingScalarWeights.Weigh(scores, chosen, count, job.Options.Weights, job.Routing.Weights.Row(t));
            }
            else
            {
                RoutingSoftmax<TWidth, TVector>.Weigh(
                    scores, job.Scores.Columns, chosen, count, job.Options.Weights, (float*)keys, job.Routing.Weights.Row(t));
            }
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
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

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int ChooseHighest(float* scores, int* keys, int experts, int k, int* chosen)
    {
        var padded = RoundUp(experts);
        FillKeys(scores, keys, experts, padded);

        // At least K keys are >= low and fewer than K are > high, until exactly K are > the pivot or the K-th highest is left.
        long low = RoutingKeys.Lowest;
        long high = int.MaxValue;
        var pivot = int.MaxValue;
        var ties = -1;
        while (low < high)
        {
            pivot = (int)((low + high) >> 1);
            var above = TWidth.CountGreater(keys, padded, pivot);
            if (above == k)
            {
                ties = 0;
                break;
            }

            low = above > k ? pivot + 1L : low;
            high = above > k ? high : pivot;
        }

        if (ties < 0)
        {
            pivot = (int)low;
            ties = k - TWidth.CountGreater(keys, padded, pivot);
        }

        return Collect(keys, padded, pivot, ties, chosen);
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static void FillKeys(float* scores, int* keys, int experts, int padded)
    {
        var whole = experts / TWidth.Lanes * TWidth.Lanes;
        for (var e = 0; e < whole; e += TWidth.Lanes)
        {
            TWidth.StoreKeys(scores + e, keys + e);
        }

        for (var e = whole; e < padded; e++)
        {
            keys[e] = e < experts ? RoutingKeys.Of(scores[e]) : RoutingKeys.Padding;
        }
    }

    /// <summary>The experts whose key is above the pivot, and the first <paramref name="ties"/> whose key equals it, by ascending index.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Collect(int* keys, int padded, int pivot, int ties, int* chosen)
    {
        var count = 0;
        for (var group = 0; group < padded; group += RoutingKeys.GroupSize)
        {
            var end = Math.Min(padded - group, RoutingKeys.GroupSize);
            var taken = 0ul;
            var equal = 0ul;
            for (var e = 0; e < end; e += TWidth.Lanes)
            {
                taken |= (ulong)TWidth.GreaterMask(keys + group + e, pivot) << e;
                equal |= (ulong)TWidth.GreaterMask(keys + group + e, pivot - 1) << e;
            }

            for (equal &= ~taken; equal != 0 && ties > 0; equal &= equal - 1, ties--)
            {
                taken |= equal & (~equal + 1);
            }

            for (; taken != 0; taken &= taken - 1)
            {
                chosen[count++] = group + BitOperations.TrailingZeroCount(taken);
            }
        }

        return count;
    }

    private struct Job
    {
        public View Scores;
        public RoutingOptions Options;
        public Routing Routing;
        public View Keys;
        public View Choice;
        public View Sorted;
    }
}
