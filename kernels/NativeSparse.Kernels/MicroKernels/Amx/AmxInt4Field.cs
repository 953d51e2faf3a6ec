namespace NativeSparse.Kernels;

/// <summary>The words of <see cref="AmxInt4Arguments"/>, in their order in memory.</summary>
internal enum AmxInt4Field
{
    Rows,
    RowStride,
    Blocks,
    Weights,
    Groups,
    Pairs,
    Totals,
    Sums,
    Configuration,
}
