namespace NativeSparse.Kernels;

/// <summary>What a launch of <see cref="ExpertSumKernel"/> is told.</summary>
internal struct ExpertSumParameters
{
    public int FirstToken;

    /// <summary>Most experts of a token.</summary>
    public int Capacity;

    public int ExpertStride;

    /// <summary>O.</summary>
    public int Outputs;

    /// <summary>Values from one row of y to the next.</summary>
    public int Stride;

    /// <summary>0 or 1.</summary>
    public int HasBias;
}
