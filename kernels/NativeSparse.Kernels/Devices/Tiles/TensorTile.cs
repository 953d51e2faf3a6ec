namespace NativeSparse.Kernels;

/// <summary>
/// The tile of a group on tensor cores, 64 rows by 128 columns, and its shared memory. A warp sums 32 rows by 32 columns. A step is 16 words of
/// every row and column; lines of 20 words keep the eight lines that are loaded together in different banks. Column 4 q + c of the tile lies in
/// line 32 c + q, which keeps stores apart as well.
/// </summary>
internal static class TensorTile
{
    public const int Rows = 64;

    public const int ColumnBits = 7;

    public const int Columns = 1 << ColumnBits;

    public const int Threads = 256;

    /// <summary>Words of a line that are summed in a step.</summary>
    public const int StepWords = 16;

    /// <summary>From one line to the next.</summary>
    public const int LineBytes = 4 * (StepWords + 4);

    /// <summary>From the lines of a step to its weights' lines.</summary>
    public const int WeightBytes = Rows * LineBytes;

    /// <summary>From one step's lines to the other's.</summary>
    public const int BufferBytes = (Rows + Columns) * LineBytes;

    /// <summary>From the line of a column to that of the next, as far as fours of columns go.</summary>
    public const int ColumnBytes = Columns / 4 * LineBytes;

    /// <summary>From one row of sums to the next: an odd number, so that a warp's stores meet in no bank.</summary>
    public const int SumStride = Columns + 1;

    /// <summary>Shared memory: the lines of two steps, or all sums.</summary>
    public const int Quads = Rows * SumStride / 4;
}
