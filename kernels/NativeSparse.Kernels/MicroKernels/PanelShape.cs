namespace NativeSparse.Kernels;

/// <summary>
/// The packed order of a matrix <c>[K, N]</c>: <c>[K / block][N / panel][block][panel]</c>, padded with zero columns. A panel is as wide
/// as two registers; the panels of one block lie one after the other.
/// </summary>
internal readonly unsafe struct PanelShape(int inputWidth, int outputWidth, int panel)
{
    /// <summary>k values of one block: the same for every run, so that sums never depend on the batch.</summary>
    public const int Block = 384;

    public int InputWidth { get; } = inputWidth;

    public int OutputWidth { get; } = outputWidth;

    /// <summary>Columns of one panel.</summary>
    public int Panel { get; } = panel;

    public int Panels => (OutputWidth + Panel - 1) / Panel;

    /// <summary>The first inner index of a product that takes some of them only; x starts with it.</summary>
    public int FirstInput { get; private init; }

    /// <summary>The inner index after the last one.</summary>
    public int EndInput { get; private init; } = inputWidth;

    public int FirstBlock => FirstInput / Block;

    public int EndBlock => (EndInput + Block - 1) / Block;

    /// <summary>Floats of the packed matrix.</summary>
    public nint Length => (nint)InputWidth * Panels * Panel;

    /// <summary>The same matrix without the rows before <paramref name="first"/> and those after the next <paramref name="count"/>.</summary>
    public PanelShape Inputs(int first, int count) => this with { FirstInput = first, EndInput = first + count };

    /// <summary>The first inner index of a block that the product takes.</summary>
    public int Start(int block) => Math.Max(block * Block, FirstInput);

    /// <summary>How many it takes from there.</summary>
    public int InputCount(int block) => Math.Min((block + 1) * Block, EndInput) - Start(block);

    /// <summary>Values from one panel of a block to the next.</summary>
    public nint PanelStride(int block) => (nint)Math.Min(Block, InputWidth - (block * Block)) * Panel;

    /// <summary>Where the product starts to read a panel of a block.</summary>
    public nint Offset(int block, int panel) =>
        ((nint)block * Block * Panels * Panel) + (panel * PanelStride(block)) + ((nint)(Start(block) - (block * Block)) * Panel);

    public void Pack(ReadOnlySpan<float> source, float* packed)
    {
        for (var k = 0; k < InputWidth; k++)
        {
            var row = source.Slice(k * OutputWidth, OutputWidth);
            for (var p = 0; p < Panels; p++)
            {
                var columns = row[(p * Panel)..Math.Min((p + 1) * Panel, OutputWidth)];
                columns.CopyTo(new Span<float>(Line(packed, k, p), Panel));
            }
        }
    }

    public void Unpack(float* packed, Span<float> destination)
    {
        for (var k = 0; k < InputWidth; k++)
        {
            var row = destination.Slice(k * OutputWidth, OutputWidth);
            for (var p = 0; p < Panels; p++)
            {
                var columns = row[(p * Panel)..Math.Min((p + 1) * Panel, OutputWidth)];
                new ReadOnlySpan<float>(Line(packed, k, p), columns.Length).CopyTo(columns);
            }
        }
    }

    private float* Line(float* packed, int k, int panel) =>
        packed + Offset(k / Block, panel) + ((nint)(k % Block) * Panel);
}
