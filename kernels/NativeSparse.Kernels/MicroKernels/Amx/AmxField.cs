namespace NativeSparse.Kernels;

/// <summary>The words of <see cref="AmxArguments"/>, in their order in memory.</summary>
internal enum AmxField
{
    Rows,
    RowStride,
    Weights,
    WeightsEnd,
    Sums,
    Blocks,
    Configuration,
    Ahead,
}
