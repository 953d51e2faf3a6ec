namespace NativeSparse.Kernels;

/// <summary>What a launch of a sparse int8 product is told. Flags are 0 or 1.</summary>
internal struct SparseInt8Parameters
{
    /// <summary>T.</summary>
    public int Tokens;

    /// <summary>N.</summary>
    public int Outputs;

    /// <summary>R.</summary>
    public int BlockHeight;

    /// <summary>Threads that take turns at a list; a power of two.</summary>
    public int Turns;

    /// <summary>Words from the tokens of one group of four inputs to the next one's.</summary>
    public int InputStride;

    /// <summary>From a token's output to the next token's.</summary>
    public int TokenStep;

    /// <summary>From an output of a token to the next one.</summary>
    public int OutputStep;

    public int MultiplierStride;

    public int Activation;

    public float Slope;

    public int HasBias;

    public int HasMultiplier;
}
