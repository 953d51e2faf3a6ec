namespace NativeSparse.Kernels;

/// <summary>The experts each token chose, in scratch memory: row t holds <c>Counts[t]</c> entries, by ascending expert index.</summary>
public readonly struct Routing
{
    /// <summary>Int32 <c>[1, T]</c>: how many experts token t chose.</summary>
    public required View Counts { get; init; }

    /// <summary>Int32 <c>[T, capacity]</c>: the chosen experts.</summary>
    public required View Experts { get; init; }

    /// <summary>Float32 <c>[T, capacity]</c>: their weights.</summary>
    public required View Weights { get; init; }

    /// <summary>Rents a routing for <paramref name="tokens"/> tokens with up to <paramref name="capacity"/> experts each.</summary>
    public static Routing Rent(Scratch scratch, int tokens, int capacity) => new()
    {
        Counts = scratch.RentInt32(1, tokens),
        Experts = scratch.RentInt32(tokens, capacity),
        Weights = scratch.Rent(tokens, capacity),
    };
}
