namespace NativeSparse.Kernels;

/// <summary>
/// A feed-forward network in packed matrices: <c>y = act(x up + upBias) down + downBias</c>, or gated
/// <c>y = (act(x gate + gateBias) * (x up + upBias)) down + downBias</c>.
/// </summary>
public readonly struct FeedForwardMatrices
{
    /// <summary><c>[D, H]</c>.</summary>
    public required PackedMatrix Up { get; init; }

    /// <summary>One row of H biases, or empty.</summary>
    public View UpBias { get; init; }

    /// <summary><c>[D, H]</c>, or null: present makes the network gated.</summary>
    public PackedMatrix? Gate { get; init; }

    /// <summary>One row of H biases, or empty.</summary>
    public View GateBias { get; init; }

    /// <summary>Applied to the gate (gated) or to the up product (plain).</summary>
    public Activation Activation { get; init; }

    /// <summary><c>[H, O]</c>.</summary>
    public required PackedMatrix Down { get; init; }

    /// <summary>One row of O biases, or empty.</summary>
    public View DownBias { get; init; }
}
