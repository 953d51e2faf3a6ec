namespace NativeSparse.Forms.Experts;

/// <summary>Options of the experts form in a plan.</summary>
public sealed record ExpertsOptions
{
    /// <summary>E: number of experts. For <c>dynamic-dino</c> it is copies x granularity and is derived.</summary>
    public int Experts { get; init; } = 64;

    /// <summary>Share of the experts that run for a token, 0..1 (1: all, loss-less). Top-k uses the rounded product with E, at least 1.</summary>
    public double Active { get; init; } = 0.5;

    /// <summary>Active experts per token; overrides <see cref="Active"/>.</summary>
    public int? K { get; init; }

    /// <summary><c>topk</c> (fixed count) or <c>threshold</c> (a calibrated threshold, dynamic count).</summary>
    public string Select { get; init; } = "topk";

    /// <summary>N of Dynamic-DINO: copies of the whole network.</summary>
    public int Copies { get; init; } = 4;

    /// <summary>k of Dynamic-DINO: slices of each copy, and active experts per token.</summary>
    public int Granularity { get; init; } = 2;

    /// <summary>Whether the down projection is fitted again under the actual routing (default recipe only).</summary>
    public bool Refit { get; init; } = true;

    /// <summary>Seed of every random choice.</summary>
    public int Seed { get; init; } = 1;
}
