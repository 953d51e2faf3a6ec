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

    /// <summary>
    /// Float32 <c>[1, T]</c>, or empty: the factor of a token's own input that it gets for experts that were full. Needed where
    /// <see cref="RoutingOptions.Drop"/> passes anything through.
    /// </summary>
    public View Passed { get; init; }

    /// <summary>Int32 <c>[2, E]</c>, or empty: how many tokens each expert kept, and how many it was too full for.</summary>
    public View Load { get; init; }

    /// <summary><c>y[t] += passed[t] x[t]</c> for tokens that something is passed through for.</summary>
    /// <exception cref="ShapeMismatchException">Shapes differ.</exception>
    public unsafe void AddPassed(View x, View y)
    {
        x.Require(nameof(x), y.Rows, y.Columns);
        Passed.Require("routing.Passed", 1, y.Rows);
        for (var t = 0; t < y.Rows; t++)
        {
            var factor = Passed.Row(0)[t];
            for (var o = 0; factor != 0 && o < y.Columns; o++)
            {
                y.Row(t)[o] = MathF.FusedMultiplyAdd(factor, x.Row(t)[o], y.Row(t)[o]);
            }
        }
    }

    /// <summary>Rents a routing for <paramref name="tokens"/> tokens with up to <paramref name="capacity"/> experts each.</summary>
    public static Routing Rent(Scratch scratch, int tokens, int capacity) => new()
    {
        Counts = scratch.RentInt32(1, tokens),
        Experts = scratch.RentInt32(tokens, capacity),
        Weights = scratch.Rent(tokens, capacity),
    };
}
