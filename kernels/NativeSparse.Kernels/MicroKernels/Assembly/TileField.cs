namespace NativeSparse.Kernels;

/// <summary>The words of <see cref="TileArguments"/>, in their order in memory.</summary>
internal enum TileField
{
    Rows,
    Weights,
    InputBytes,
    Indices,
    IndicesEnd,
    Outputs,
    OutputOffset,
    RowScales,
    RowZeros,
    ColumnScales,
    ColumnSums,
    Biases,
    Prefetch,
    Groups,
    ColumnMask,
    PanelStride,
    RowTiles,
}
