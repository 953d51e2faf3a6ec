namespace NativeSparse.Kernels;

/// <summary>
/// int8 experts in the panels of one tile, wherever these lie. A hidden row of an expert holds the inputs of its down product; its own
/// neurons start at <see cref="FirstNeuron"/>, what lies before them belongs to others.
/// </summary>
internal abstract unsafe class Int8Experts : PackedExperts
{
    private protected Int8Experts(int experts, int inputWidth, int expertWidth, int outputWidth, Activation activation, Int8Tile tile)
        : base(experts, inputWidth, expertWidth, outputWidth, Precision.Int8)
    {
        Tile = tile;
        Activation = activation;
        DownPanels = (outputWidth + tile.Columns - 1) / tile.Columns;
        SumStride = DownPanels * tile.Columns;
    }

    public sealed override string Version => Tile.Name;

    public Int8Tile Tile { get; }

    public Activation Activation { get; }

    public abstract bool IsGated { get; }

    public abstract bool HasExpertBias { get; }

    /// <summary>Values of a hidden row: room for the panels of every expert.</summary>
    public abstract int HiddenStride { get; }

    /// <summary>Inputs of a down product.</summary>
    public abstract int DownWidth { get; }

    public int DownPanels { get; }

    /// <summary>Sums of a token, of whole panels.</summary>
    public int SumStride { get; }

    /// <summary>Down weights for <see cref="Int8Tile.ExpertDown"/>, or null where tiles multiply them.</summary>
    public abstract ExpertDownPanels? Narrow { get; }

    /// <summary>One for each output.</summary>
    public abstract ReadOnlySpan<float> DownScales { get; }

    public abstract Int8Matrix Up(int expert);

    public abstract Int8Matrix Gate(int expert);

    public abstract Int8Matrix Down(int expert);

    /// <summary>One for each column of the up panels.</summary>
    public abstract float* UpBias(int expert);

    /// <summary>One for each column of the gate's panels.</summary>
    public abstract float* GateBias(int expert);

    /// <summary>One for each output; only where <see cref="HasExpertBias"/> says so.</summary>
    public abstract float* ExpertBias(int expert);

    /// <summary>Neurons of an expert.</summary>
    public abstract int Width(int expert);

    /// <summary>Where the up product's first column goes in a hidden row.</summary>
    public virtual int FirstColumn(int expert) => 0;

    /// <summary>Where the expert's neurons start in a hidden row.</summary>
    public virtual int FirstNeuron(int expert) => 0;

    public sealed override ExpertWeights Unpack() => UnpackInt8().Dequantize();
}
