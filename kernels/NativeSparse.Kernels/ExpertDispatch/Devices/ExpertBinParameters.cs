namespace NativeSparse.Kernels;

/// <summary>What a launch of <see cref="ExpertBinKernel"/> is told.</summary>
internal struct ExpertBinParameters
{
    public int FirstToken;

    public int Tokens;

    /// <summary>Most experts of a token.</summary>
    public int Capacity;

    public int ExpertStride;

    public int WeightStride;

    /// <summary>Most rows of a span.</summary>
    public int Height;

    /// <summary>E.</summary>
    public int Experts;

    /// <summary>Spans of the launches that follow: those that no pair needs are empty.</summary>
    public int Spans;

    public float Scale;
}
