using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>What a tile works on. Kernels read it in the order of <see cref="TileField"/>; fields that a form does not name are not read.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct TileArguments
{
    /// <summary>One pointer for each row of quantized inputs; the expert product: for each row of all tiles.</summary>
    public byte** Rows;

    /// <summary>The panel; the expert product: the expert's first panel.</summary>
    public byte* Weights;

    /// <summary>
    /// int8: bytes of a row, a multiple of 4 (weights and columns beyond K are zero). int4: bytes of a row's groups.
    /// The expert product: how many panels there are.
    /// </summary>
    public long InputBytes;

    /// <summary>Indexed: byte offsets into a row, one for each step of the panel.</summary>
    public int* Indices;

    /// <summary>Indexed: behind the last one.</summary>
    public int* IndicesEnd;

    /// <summary>One pointer for each row of outputs.</summary>
    public byte** Outputs;

    /// <summary>Bytes from these pointers to the panel's first column. The expert product: bytes from a row's input to its sums.</summary>
    public long OutputOffset;

    /// <summary>One scale for each row.</summary>
    public float* RowScales;

    /// <summary>int8: one packed zero point for each row (<see cref="ZeroPoint.OfRow"/>). int4: one <c>-scale * zero</c>, float32.</summary>
    public void* RowZeros;

    /// <summary>int8: one scale for each column of the panel. int4: the column's sum of dequantized weights.</summary>
    public float* ColumnScales;

    /// <summary>int8: one packed sum of weights for each column of the panel (<see cref="ZeroPoint.OfColumn"/>).</summary>
    public int* ColumnSums;

    /// <summary>One for each column of the panel.</summary>
    public float* Biases;

    /// <summary>Where the first stream begins; never read, only asked for.</summary>
    public byte* Prefetch;

    /// <summary>int4: scales and zero points of the panel's groups.</summary>
    public byte* Groups;

    /// <summary>Masked: one bit for each column of the panel.</summary>
    public ulong ColumnMask;

    /// <summary>The expert product: bytes from one panel of weights to the next.</summary>
    public long PanelStride;

    /// <summary>The expert product: how many times the rows of a tile there are, one after the other.</summary>
    public long RowTiles;
}
