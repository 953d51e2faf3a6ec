namespace NativeSparse.Kernels;

/// <summary>What the launches of naive experts are told. Flags are 0 or 1.</summary>
internal struct NaiveExpertParameters
{
    /// <summary>Most experts of a token.</summary>
    public int Capacity;

    public int Inputs;

    /// <summary>Neurons of an expert.</summary>
    public int Width;

    public int Outputs;

    public int InputStride;

    public int OutputStride;

    public int ExpertStride;

    public int WeightStride;

    public int Activation;

    public float Slope;

    public float Scale;

    public int IsGated;

    public int HasBias;
}
