namespace NativeSparse.Kernels;

/// <summary>What a launch of <see cref="RoutingKernel"/> is told.</summary>
internal struct DeviceRoutingParameters
{
    /// <summary>E.</summary>
    public int Experts;

    public int ScoreStride;

    /// <summary>Room for chosen experts of a token.</summary>
    public int Capacity;

    /// <summary>A <see cref="RoutingSelection"/>.</summary>
    public int Selection;

    public int K;

    public float Threshold;

    /// <summary>A <see cref="RoutingWeights"/>.</summary>
    public int Weights;
}
