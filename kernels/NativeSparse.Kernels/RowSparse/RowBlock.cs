using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Rows of weights that are added to sums at once: where they lie, and where those lie that come some blocks later.</summary>
internal static unsafe class RowBlock
{
    /// <summary>Rows of a block: sums are loaded and stored once for all of them.</summary>
    public const int Rows = 8;

    /// <summary>Rows of a multiple of so many lines would fall into few sets of a cache.</summary>
    private const int CollidingLines = 8;

    /// <summary>Bytes that are asked for ahead of what is multiplied: about what memory gives in the time it takes to answer.</summary>
    private const int AheadBytes = 12 << 10;

    /// <summary>
    /// Cache lines from one row to the next, of rows of that many. They follow each other where they can: what the processor fetches beyond the end of a
    /// row is then the beginning of the next, which may be active too.
    /// </summary>
    public static int LineStride(int lines) => lines % CollidingLines == 0 ? lines + 1 : lines;

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
