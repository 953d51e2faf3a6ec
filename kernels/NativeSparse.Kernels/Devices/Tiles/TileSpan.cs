namespace NativeSparse.Kernels;

/// <summary>Some rows that are multiplied with one matrix.</summary>
internal struct TileSpan
{
    public int Matrix;

    public int FirstRow;

    /// <summary>0 where the span is empty.</summary>
    public int Rows;
}
