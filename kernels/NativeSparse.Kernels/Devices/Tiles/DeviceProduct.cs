namespace NativeSparse.Kernels;

/// <summary>What rows are multiplied with and what becomes of the totals; views lie on the device.</summary>
internal readonly struct DeviceProduct
{
    public required DeviceTable Table { get; init; }

    public View Bias { get; init; }

    public View Multiplier { get; init; }

    public Activation Activation { get; init; }

    /// <summary>The gate's table, where the outputs are act(x gate) (x table); both have one matrix, and these are alike.</summary>
    public DeviceTable? Gate { get; init; }

    public View GateBias { get; init; }

    /// <summary>See <see cref="TileParameters.Turns"/>.</summary>
    public int Turns { get; init; }

    /// <summary>See <see cref="TileParameters.TurnLength"/>.</summary>
    public int TurnLength { get; init; }

    /// <summary>What the product that gave the rows left of them.</summary>
    public RowRanges Ranges { get; init; }

    /// <summary>Whether the ranges of the outputs are wanted, as the next product rounds them.</summary>
    public bool KeepsRanges { get; init; }
}
