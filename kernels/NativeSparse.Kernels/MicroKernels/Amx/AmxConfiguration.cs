namespace NativeSparse.Kernels;

/// <summary>
/// The shapes of the eight tile registers. int8: 0 to 3 sums (two of rows by two of columns), 4 and 5 inputs, 6 and 7 weights; all 64 bytes
/// wide. int4, of two groups: 0 and 1 sums, 2 and 3 inputs, 32 bytes wide, 4 and 5 weights.
/// </summary>
internal static class AmxConfiguration
{
    /// <summary>Bytes that the processor reads.</summary>
    public const int ByteCount = 64;

    /// <summary>Rows of one tile register.</summary>
    public const int TileRows = 16;

    /// <summary>Rows of two.</summary>
    public const int BlockRows = 2 * TileRows;

    private const int WidthsOffset = 16;
    private const int RowsOffset = 48;
    private const int RowBytes = 64;

    /// <summary>Writes the shapes of int8 kernels for so many rows, 1 to 32.</summary>
    public static void WriteInt8(Span<byte> destination, int rows)
    {
        var (upper, lower) = (Math.Min(rows, TileRows), Math.Max(rows - TileRows, 0));
        Write(destination, [upper, upper, lower, lower, upper, lower, TileRows, TileRows], [.. Enumerable.Repeat(RowBytes, 8)]);
    }

    /// <summary>Writes the shapes of int4 kernels for so many rows, 1 to 16.</summary>
    public static void WriteInt4(Span<byte> destination, int rows)
    {
        const int group = TileSpecification.Int4Group;
        Write(destination, [rows, rows, rows, rows, group / 4, group / 4], [RowBytes, RowBytes, group, group, RowBytes, RowBytes]);
    }

    private static void Write(Span<byte> destination, int[] heights, int[] widths)
    {
        destination[..ByteCount].Clear();
        destination[0] = 1;
        for (var tile = 0; tile < heights.Length; tile++)
        {
            if (heights[tile] > 0)
            {
                destination[WidthsOffset + (2 * tile)] = (byte)widths[tile];
                destination[RowsOffset + tile] = (byte)heights[tile];
            }
        }
    }
}
