using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>What an AMX kernel works on: blocks of rows times panels of 32 columns. Kernels move the pointers on.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct AmxArguments
{
    /// <summary>The first row of u8 inputs.</summary>
    public byte* Rows;

    /// <summary>Bytes from one row to the next.</summary>
    public long RowStride;

    /// <summary>Rows of each block, 1 to 32; 32 where there are several blocks.</summary>
    public long BlockRows;

    /// <summary>Blocks of rows.</summary>
    public long Blocks;

    /// <summary>The first panel, <c>[K/4][32][4]</c> s8, K a multiple of 64; the others lie at <see cref="PanelStride"/>.</summary>
    public sbyte* Weights;

    /// <summary>Bytes of a panel.</summary>
    public long PanelBytes;

    /// <summary>Panels, at least 1.</summary>
    public long Panels;

    /// <summary>One scale for each row.</summary>
    public float* RowScales;

    /// <summary>One packed zero point for each row (<see cref="ZeroPoint.OfRow"/>); the expert product: what its sums start with.</summary>
    public int* RowZeros;

    /// <summary>One scale for each column.</summary>
    public float* ColumnScales;

    /// <summary>One packed sum of weights for each column (<see cref="ZeroPoint.OfColumn"/>).</summary>
    public int* ColumnSums;

    /// <summary>One for each column.</summary>
    public float* Biases;

    /// <summary>float32 or, raw, int32: the first row's first column.</summary>
    public byte* Outputs;

    /// <summary>Bytes from one row of outputs to the next.</summary>
    public long OutputStride;

    /// <summary>Where the form says so: one for each row, multiplied last.</summary>
    public float* RowFactors;

    /// <summary>Room for the int32 sums of one block and panel.</summary>
    public int* Sums;

    /// <summary>Bytes from one panel to the next.</summary>
    public long PanelStride;

    /// <summary>The shapes of the tiles, 64 bytes (<see cref="AmxConfiguration"/>).</summary>
    public byte* Configuration;

    /// <summary>The kernel's own: bytes to the current panel.</summary>
    public long PanelOffset;

    /// <summary>The kernel's own: bytes to the current panel's values in the arrays of columns, and in a row of outputs.</summary>
    public long ColumnOffset;

    /// <summary>The kernel's own: panels that are left.</summary>
    public long PanelsLeft;
}
