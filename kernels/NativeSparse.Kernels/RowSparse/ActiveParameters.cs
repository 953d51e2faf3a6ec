namespace NativeSparse.Kernels;

/// <summary>What a launch of <see cref="ActiveKernel"/> is told.</summary>
internal struct ActiveParameters
{
    /// <summary>H, or the room of a token's set.</summary>
    public int Width;

    /// <summary>Values from one token to the next.</summary>
    public int Stride;

    public int IndexStride;

    /// <summary>1: the sets are given; 0: what is not zero is active.</summary>
    public int HasSets;

    /// <summary>1: values are rounded as rows of the dense family are.</summary>
    public int IsInteger;
}
