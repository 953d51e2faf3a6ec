namespace NativeSparse.Kernels;

/// <summary>
/// Some rows times one int4 panel of 16 columns: <c>fma(columnSum, rowZero, fma(total, rowScale, bias))</c>, or <c>total + bias</c> where every
/// group of a row has its own scale; total is summed group by group, <c>fma(product, scale, total)</c>.
/// </summary>
internal unsafe struct Int4TileCall
{
    /// <summary>One pointer for each row of records (<see cref="Int4Group"/>).</summary>
    public byte** Rows;

    /// <summary>Bytes from one row's records to the next row's.</summary>
    public nint RowStride;

    public int RowCount;

    /// <summary>Bytes of the records of a row; an even number of groups.</summary>
    public int InputBytes;

    public bool HasGroupScales;

    /// <summary>Whether outputs go through GELU; only where the tile has it.</summary>
    public bool IsGelu;

    /// <summary>Whether other rows were multiplied with this panel just before.</summary>
    public bool AreWeightsNear;

    /// <summary><c>[groups][4][16][4]</c>, two to a byte.</summary>
    public byte* Weights;

    /// <summary>Scales and zero points of the panel.</summary>
    public byte* Groups;

    public float* RowScales;

    /// <summary><c>-scale (zero - 128)</c>.</summary>
    public float* RowZeros;

    /// <summary>Sums of the dequantized weights of each column.</summary>
    public float* ColumnSums;

    public float* Biases;

    public float** Outputs;

    /// <summary>Values from these pointers to the panel's first column.</summary>
    public nint Column;
}
