namespace NativeSparse.Kernels;

/// <summary>The words of <see cref="AmxArguments"/>, in their order in memory.</summary>
internal enum AmxField
{
    Rows,
    RowStride,
    BlockRows,
    Blocks,
    Weights,
    PanelBytes,
    Panels,
    RowScales,
    RowZeros,
    ColumnScales,
    ColumnSums,
    Biases,
    Outputs,
    OutputStride,
    RowFactors,
    Sums,
    PanelStride,
    Configuration,
    PanelOffset,
    ColumnOffset,
    PanelsLeft,
}
