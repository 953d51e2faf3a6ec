namespace NativeSparse.Kernels;

/// <summary>What a launch of a sparse product is told. Flags are 0 or 1.</summary>
internal struct SparseParameters
{
    /// <summary>T, or P.</summary>
    public int Tokens;

    /// <summary>N.</summary>
    public int Outputs;

    /// <summary>R.</summary>
    public int BlockHeight;

    /// <summary>Values from one input's tokens to the next one's.</summary>
    public int InputStride;

    /// <summary>From one token's value of an output to the next token's.</summary>
    public int TokenStep;

    /// <summary>From one output of a token to the next.</summary>
    public int OutputStep;

    public int MultiplierStride;

    public int Activation;

    public float Slope;

    public int HasBias;

    public int HasMultiplier;

    /// <summary>Tokens of an input begin at multiples of 16 bytes.</summary>
    public int IsAligned;
}
