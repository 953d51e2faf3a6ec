namespace NativeSparse.Kernels;

/// <summary>
/// Memory of one or several int8 matrices of the same size, one after the other: the system backs it with large pages, where a small matrix
/// would get small ones. Owns it.
/// </summary>
internal sealed class Int8Storage : IDisposable
{
    public Int8Storage(int matrices, int inputWidth, int outputWidth, Int8Tile tile)
    {
        Panels = (outputWidth + tile.Columns - 1) / tile.Columns;
        PanelBytes = (nint)tile.PaddedInputs(inputWidth) * tile.Columns;
        Weights = new NativeBuffer((matrices * MatrixBytes / sizeof(float)) + 1);
        Columns = new NativeBuffer(2 * (nint)matrices * Panels * tile.Columns);
    }

    /// <summary>Of a matrix.</summary>
    public int Panels { get; }

    public nint PanelBytes { get; }

    public nint MatrixBytes => Panels * PanelBytes;

    /// <summary>The matrices' panels.</summary>
    public NativeBuffer Weights { get; }

    /// <summary>For each matrix the scales, then the sums of its columns.</summary>
    public NativeBuffer Columns { get; }

    public long ByteCount => Weights.ByteCount + Columns.ByteCount;

    public void Dispose()
    {
        Weights.Dispose();
        Columns.Dispose();
    }
}
