namespace NativeSparse.Kernels;

/// <summary>What the launches of <see cref="LowRankHiddenKernel"/> and <see cref="LowRankSumKernel"/> are told. Flags are 0 or 1.</summary>
internal struct LowRankParameters
{
    public int FirstToken;

    /// <summary>Most experts of a token.</summary>
    public int Capacity;

    /// <summary>H, or O.</summary>
    public int Width;

    /// <summary>Values from one row of y to the next.</summary>
    public int Stride;

    public int Activation;

    public float Slope;

    public int IsGated;

    public int HasUpDelta;

    public int HasGateDelta;

    public int HasDownDelta;

    public int HasBias;
}
