using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>What an AMX kernel works on: blocks of rows times one panel of 32 columns. The kernel moves <see cref="Rows"/> on.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct AmxArguments
{
    /// <summary>The first row of u8 inputs.</summary>
    public byte* Rows;

    /// <summary>Bytes from one row to the next.</summary>
    public long RowStride;

    /// <summary>The panel, <c>[K/4][32][4]</c> s8, K a multiple of 64.</summary>
    public sbyte* Weights;

    /// <summary>Behind the panel.</summary>
    public sbyte* WeightsEnd;

    /// <summary>int32 sums, 32 for each row.</summary>
    public int* Sums;

    /// <summary>Blocks of 32 rows; 1 where there are fewer rows.</summary>
    public long Blocks;

    /// <summary>The shapes of the tiles, 64 bytes (<see cref="AmxConfiguration"/>).</summary>
    public byte* Configuration;

    /// <summary>Where the panel that comes next begins: only asked for.</summary>
    public sbyte* Ahead;
}
