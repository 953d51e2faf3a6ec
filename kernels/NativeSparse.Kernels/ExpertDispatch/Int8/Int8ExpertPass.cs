namespace NativeSparse.Kernels;

/// <summary>One pass over some tokens in five steps: what they share. Every step is cut into chunks that may run on any thread.</summary>
internal unsafe struct Int8ExpertPass
{
    /// <summary>Most rows of one block of a bin.</summary>
    public const int MaxRows = 96;

    /// <summary>Tokens of one chunk of the steps that walk tokens.</summary>
    public const int ChunkTokens = 16;

    public View X;
    public View Y;
    public ExpertBins Bins;
    public Int8Experts Experts;
    public QuantizedRows Inputs;

    /// <summary>One row for each pair.</summary>
    public View Hidden;

    /// <summary>The up products of gated experts before the gate.</summary>
    public View Ungated;

    /// <summary>Rounded hidden rows of the pairs; unused where a token keeps its own (<see cref="Blocks"/>).</summary>
    public QuantizedRows HiddenInputs;

    /// <summary>
    /// Narrow experts: for each token its int32 sums, then its s8 hidden values by expert, so that one pointer serves both; otherwise empty.
    /// </summary>
    public View Blocks;

    /// <summary>Narrow experts: where the sums of a token start, -128 times the sum of its hidden values.</summary>
    public View Starts;

    /// <summary>The scale of all hidden values of a token.</summary>
    public View TokenScales;

    /// <summary>int32, one row of whole panels for each token.</summary>
    public View Sums;

    /// <summary>For tiles that multiply whole blocks: room for the rows of one, for each chunk of the up step.</summary>
    public QuantizedRows Gathered;

    /// <summary>Whether the down product is one product of all tokens and experts.</summary>
    public bool IsDownWhole;

    public int UpGroups;
    public int UpChunks;
    public int DownChunks;
    public CancellationToken Cancellation;

    /// <summary>The int32 sums of a token.</summary>
    public readonly int* SumsOf(int token) => Blocks.IsEmpty ? Sums.RowInt32(token) : Blocks.RowInt32(token);

    /// <summary>Narrow experts: the s8 hidden values of a token and an expert.</summary>
    public readonly sbyte* HiddenOf(int token, int expert) =>
        (sbyte*)(Blocks.RowInt32(token) + Experts.SumStride) + ((nint)expert * Experts.Narrow!.Depth);

    /// <summary>The first step: rounds tokens.</summary>
    public static void RunRounding(ref Int8ExpertPass pass, int chunk)
    {
        for (var t = chunk * ChunkTokens; t < Math.Min((chunk + 1) * ChunkTokens, pass.X.Rows); t++)
        {
            pass.Inputs.Quantize(t, pass.X.Row(t));
        }
    }
}
