namespace NativeSparse.Kernels;

/// <summary>
/// The shapes of the eight tile registers: 0 to 3 sums (two of rows by two of columns), 4 and 5 inputs, 6 and 7 weights; all 64 bytes wide.
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

    /// <summary>Writes the shapes for so many rows, 1 to 32.</summary>
    public static void Write(Span<byte> destination, int rows)
    {
        destination[..ByteCount].Clear();
        destination[0] = 1;
        var (upper, lower) = (Math.Min(rows, TileRows), Math.Max(rows - TileRows, 0));
        int[] heights = [upper, upper, lower, lower, upper, lower, TileRows, TileRows];
        for (var tile = 0; tile < heights.Length; tile++)
        {
            if (heights[tile] > 0)
            {
                destination[WidthsOffset + (2 * tile)] = RowBytes;
                destination[RowsOffset + tile] = (byte)heights[tile];
            }
        }
    }
}
