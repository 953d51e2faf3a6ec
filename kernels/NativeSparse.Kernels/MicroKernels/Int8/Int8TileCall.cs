namespace NativeSparse.Kernels;

/// <summary>Some rows times one panel: int32 <c>out[r][c] += sum_k (q - z) w</c>, or <c>out[r][c] = act(fma(sum_k (q - z) w * columnScale[c], rowScale[r], bias[c]))</c>.</summary>
internal unsafe struct Int8TileCall
{
    /// <summary>One pointer for each rounded row.</summary>
    public byte** Rows;

    /// <summary>Bytes from one of them to the next, or 0 where they lie anywhere.</summary>
    public nint RowStride;

    public int RowCount;

    /// <summary>Bytes of a row, a multiple of 4.</summary>
    public int InputBytes;

    public sbyte* Weights;

    /// <summary>Sparse panels: where in a row each group of four inputs begins, in bytes.</summary>
    public int* Groups;

    /// <summary>Sparse panels: how many groups there are.</summary>
    public int GroupCount;

    public float* RowScales;

    /// <summary>As <see cref="Int8Tile.EncodeZero"/> gives them.</summary>
    public int* RowZeros;

    public float* ColumnScales;

    /// <summary>As <see cref="Int8Tile.EncodeSum"/> gives them.</summary>
    public int* ColumnSums;

    /// <summary>One for each column of the panel.</summary>
    public float* Biases;

    /// <summary>Integer sums are added to int32 outputs; scales and biases are not read.</summary>
    public bool IsSum;

    /// <summary>Whether outputs go through GELU; only where the tile has it, and not with <see cref="IsSum"/>.</summary>
    public bool IsGelu;

    /// <summary>One pointer for each row; to int32 where <see cref="IsSum"/> says so.</summary>
    public float** Outputs;

    /// <summary>Values from these pointers to the panel's first column.</summary>
    public nint Column;

    /// <summary>The panel that is multiplied next, or null: asked for meanwhile.</summary>
    public sbyte* Ahead;
}
