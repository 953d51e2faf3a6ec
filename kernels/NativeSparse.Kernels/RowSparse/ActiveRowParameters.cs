namespace NativeSparse.Kernels;

/// <summary>What a launch of <see cref="ActiveRowKernel"/> is told. Flags are 0 or 1.</summary>
internal struct ActiveRowParameters
{
    /// <summary>Room of a token's set.</summary>
    public int Width;

    public int OutputStride;

    public int MultiplierStride;

    public int Activation;

    public float Slope;

    public int HasBias;

    public int HasMultiplier;
}
