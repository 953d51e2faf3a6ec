namespace NativeSparse.Kernels;

/// <summary>The active hidden neurons of each token: row t holds <c>Counts[t]</c> entries, by ascending neuron.</summary>
public readonly struct ActiveNeurons
{
    /// <summary>Int32 <c>[1, T]</c>: how many neurons of token t are active, 0 to capacity.</summary>
    public required View Counts { get; init; }

    /// <summary>Int32 <c>[T, capacity]</c>: the active neurons, strictly ascending.</summary>
    public required View Indices { get; init; }

    /// <summary>Float32 <c>[T, capacity]</c>: their values.</summary>
    public required View Values { get; init; }

    /// <summary>Rents sets for <paramref name="tokens"/> tokens with up to <paramref name="capacity"/> active neurons each.</summary>
    public static ActiveNeurons Rent(Scratch scratch, int tokens, int capacity)
    {
        ArgumentNullException.ThrowIfNull(scratch);
        return new ActiveNeurons
        {
            Counts = scratch.RentInt32(1, tokens),
            Indices = scratch.RentInt32(tokens, capacity),
            Values = scratch.Rent(tokens, capacity),
        };
    }

    /// <summary>Some of the tokens.</summary>
    internal ActiveNeurons Slice(int start, int count) => new()
    {
        Counts = View.Create(Counts.Address + ((nint)start * sizeof(int)), 1, count, ElementType.Int32),
        Indices = Indices.Slice(start, count),
        Values = Values.Slice(start, count),
    };
}
