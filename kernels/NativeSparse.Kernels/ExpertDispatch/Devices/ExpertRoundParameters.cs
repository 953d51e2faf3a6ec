namespace NativeSparse.Kernels;

/// <summary>What a launch of <see cref="ExpertRoundKernel"/> is told.</summary>
internal struct ExpertRoundParameters
{
    public int FirstToken;

    /// <summary>Most experts of a token.</summary>
    public int Capacity;

    public int ExpertStride;

    /// <summary>Hidden values from one pair to the next.</summary>
    public int Stride;

    /// <summary>Words of a rounded pair.</summary>
    public int Words;
}
