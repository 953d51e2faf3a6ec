namespace NativeSparse.Kernels;

/// <summary>What a launch of a product is told. Flags are 0 or 1.</summary>
internal struct TileParameters
{
    /// <summary>T, where there are no spans.</summary>
    public int Rows;

    /// <summary>Blocks of rows for each matrix, where there are no spans.</summary>
    public int RowBlocks;

    public int InputStride;

    public int OutputStride;

    public int MultiplierStride;

    /// <summary>Scales of a row.</summary>
    public int Quanta;

    /// <summary>An <see cref="ActivationKind"/>.</summary>
    public int Activation;

    public float Slope;

    public int HasBias;

    public int HasMultiplier;

    public int HasGateBias;

    /// <summary>Groups of four columns are up and gate by turns: act(gate) up is stored.</summary>
    public int IsGated;

    /// <summary>Gated, and those groups of four are of two matrices of one size.</summary>
    public int IsPair;

    public int HasSpans;

    /// <summary>Rows of inputs are given by an index.</summary>
    public int HasIndex;

    /// <summary>Rows of inputs are whole groups of four that begin at multiples of 16 bytes.</summary>
    public int IsAligned;

    /// <summary>Integer totals are stored as they are, and what rows were rounded by beside them.</summary>
    public int IsRaw;

    /// <summary>Ranges of a row of inputs that are rounded on their way; 0: groups look at the inputs.</summary>
    public int RangeParts;

    /// <summary>Pairs of one token share a scale, around 128.</summary>
    public int IsToken;

    /// <summary>Room for pairs of a token.</summary>
    public int Capacity;

    /// <summary>Groups leave the ranges of what they store; whole-number formats only.</summary>
    public int KeepsRanges;

    /// <summary>Outputs are multiplied by their row's factor.</summary>
    public int HasFactors;

    /// <summary>0, or B: blocks take turns in a row of outputs (BlockShuffle).</summary>
    public int Turns;

    /// <summary>Where blocks take turns: 0 if this product's blocks do, else the inputs of each block of the next product, whose inputs these are.</summary>
    public int TurnLength;
}
