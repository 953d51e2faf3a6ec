using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>What an AMX kernel adds to int4 totals: blocks of rows times some groups of one panel of 16 columns.</summary>
[StructLayout(LayoutKind.Sequential)]
internal unsafe struct AmxInt4Arguments
{
    /// <summary>The first row's record of the first group (<see cref="Int4Group"/>).</summary>
    public byte* Rows;

    /// <summary>Bytes from one row to the next.</summary>
    public long RowStride;

    /// <summary>Blocks of so many rows as the form says.</summary>
    public long Blocks;

    /// <summary><c>[groups][8][16][4]</c> s8: weights less their zero points.</summary>
    public sbyte* Weights;

    /// <summary>The panel's scales and zero points, 80 bytes for two groups.</summary>
    public byte* Groups;

    /// <summary>Pairs of groups, at least 1.</summary>
    public long Pairs;

    /// <summary><c>[rows][16]</c>: read and written.</summary>
    public float* Totals;

    /// <summary>Room for the int32 sums of four groups of one block.</summary>
    public int* Sums;

    /// <summary>The shapes of the tiles, 64 bytes (<see cref="AmxConfiguration"/>).</summary>
    public byte* Configuration;
}
