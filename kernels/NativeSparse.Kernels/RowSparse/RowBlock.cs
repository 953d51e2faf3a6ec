using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Rows of weights that are added to sums at once: where they lie, and where those lie that come some blocks later.</summary>
internal static unsafe class RowBlock
{
    /// <summary>Rows of a block: sums are loaded and stored once for all of them.</summary>
    public const int Rows = 8;

    /// <summary>Bytes that are asked for ahead of what is multiplied: about what memory gives in the time it takes to answer.</summary>
    private const int AheadBytes = 12 << 10;

    /// <summary>How many rows ahead they are asked for, of which each gives some bytes.</summary>
    public static int RowsAhead(int rowBytes) => Math.Max((AheadBytes + (Rows * rowBytes) - 1) / (Rows * rowBytes), 1) * Rows;

    /// <summary>Rows from entry <paramref name="first"/> on; beyond the last entry the last row once more.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    public static void Point(byte* weights, nint stride, int* indices, int first, int count, byte** rows)
    {
        for (var r = 0; r < Rows; r++)
        {
            rows[r] = weights + (indices[Math.Min(first + r, count - 1)] * stride);
        }
    }
}
