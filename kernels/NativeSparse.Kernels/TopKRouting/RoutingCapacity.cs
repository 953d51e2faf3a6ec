namespace NativeSparse.Kernels;

/// <summary>Lets each expert keep its first tokens of a sequence, and says what happened to the others.</summary>
internal static unsafe class RoutingCapacity
{
    public static void Apply(in Execution execution, int experts, in RoutingOptions options, in Routing routing)
    {
        if (!routing.Load.IsEmpty)
        {
            new Span<int>(routing.Load.RowInt32(0), experts).Clear();
            new Span<int>(routing.Load.RowInt32(1), experts).Clear();
        }

        using var scope = execution.Scratch.Enter();
        var used = new Span<int>(execution.Scratch.RentInt32(1, experts).RowInt32(0), experts);
        for (var t = 0; t < routing.Counts.Columns; t++)
        {
            if (t == 0 || (options.SequenceLength > 0 && t % options.SequenceLength == 0))
            {
                used.Clear();
            }

            Serve(t, options, routing, used);
        }
    }

    /// <summary>Whether there is anything to do.</summary>
    public static bool IsNeeded(in RoutingOptions options, in Routing routing) =>
        options.Capacity > 0 || !routing.Load.IsEmpty || !routing.Passed.IsEmpty;

    private static void Serve(int token, in RoutingOptions options, in Routing routing, Span<int> used)
    {
        var chosen = routing.Experts.RowInt32(token);
        var weights = routing.Weights.Row(token);
        var (kept, count, dropped) = (0, routing.Counts.RowInt32(0)[token], 0f);
        for (var i = 0; i < count; i++)
        {
            var expert = chosen[i];
            var isFull = options.Capacity > 0 && used[expert] == options.Capacity;
            if (!routing.Load.IsEmpty)
            {
                routing.Load.RowInt32(isFull ? 1 : 0)[expert]++;
            }

            if (isFull)
            {
                dropped += weights[i];
                continue;
            }

            used[expert]++;
            chosen[kept] = expert;
            weights[kept++] = weights[i];
        }

        routing.Counts.RowInt32(0)[token] = kept;
        if (!routing.Passed.IsEmpty)
        {
            routing.Passed.Row(0)[token] = options.Drop switch
            {
                RoutingDrop.PassThrough => count > 0 && kept == 0 ? 1 : 0,
                RoutingDrop.WeightedPassThrough => dropped,
                _ => 0,
            };
        }
    }
}
