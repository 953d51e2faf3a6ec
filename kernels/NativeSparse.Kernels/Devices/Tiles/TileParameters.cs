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

    /// <summary>Groups of four columns are up and gate by turns: act(gate) up is stored.</summary>
    public int IsGated;

    public int HasSpans;

    /// <summary>Rows of inputs are given by an index.</summary>
    public int HasIndex;

    /// <summary>Rows of inputs are whole groups of four that begin at multiples of 16 bytes.</summary>
    public int IsAligned;

    /// <summary>Integer totals are stored as they are.</summary>
    public int IsRaw;

    /// <summary>0, or B: blocks take turns in a row of outputs (BlockShuffle).</summary>
    public int Turns;

    /// <summary>Where blocks take turns: 0 if this product's blocks do, else the inputs of each block of the next product, whose inputs these are.</summary>
    public int TurnLength;
}
