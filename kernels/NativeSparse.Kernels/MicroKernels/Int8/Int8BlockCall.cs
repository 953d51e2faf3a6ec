namespace NativeSparse.Kernels;

/// <summary>Some rows times some whole panels: <c>out[r][c] = factor[r] * act(fma(sum_k (q - z) w * columnScale[c], rowScale[r], bias[c]))</c>.</summary>
internal unsafe struct Int8BlockCall
{
    /// <summary>The first rounded row.</summary>
    public byte* Rows;

    /// <summary>Bytes from one of them to the next.</summary>
    public nint RowStride;

    public int RowCount;

    /// <summary>Bytes of a row that are read.</summary>
    public nint InputBytes;

    /// <summary>The first panel; the others follow.</summary>
    public sbyte* Weights;

    public int Panels;

    /// <summary>Bytes from one of them to the next.</summary>
    public nint PanelBytes;

    /// <summary>Whether other rows were multiplied with these panels just before: they need not be asked for ahead.</summary>
    public bool AreWeightsNear;

    public float* RowScales;

    /// <summary>As <see cref="Int8Tile.EncodeZero"/> gives them.</summary>
    public int* RowZeros;

    /// <summary>One for each column of the panels.</summary>
    public float* ColumnScales;

    /// <summary>As <see cref="Int8Tile.EncodeSum"/> gives them.</summary>
    public int* ColumnSums;

    /// <summary>One for each column of the panels.</summary>
    public float* Biases;

    /// <summary>Raw: the int32 sums, and scales and biases are not read; scale; GELU of that.</summary>
    public TileEpilogue Epilogue;

    /// <summary>
    /// Rows are s8 hidden values of all experts, weights u8 (w + 128) and int32 <c>out[r][c] = rowZeros[r] + sum_k h u</c>; raw.
    /// </summary>
    public bool IsExpertDown;

    /// <summary>One for each row, multiplied last; or null.</summary>
    public float* RowFactors;

    /// <summary>The first row's first column.</summary>
    public float* Outputs;

    /// <summary>Bytes from one row of outputs to the next.</summary>
    public nint OutputStride;
}
