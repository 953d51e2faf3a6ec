using System.Runtime.CompilerServices;
using System.Runtime.Intrinsics;

namespace NativeSparse.Kernels;

/// <summary>Integer sums of rounded rows, for tiles that multiply many panels at once, added to sums that lie anywhere.</summary>
internal static unsafe class Int8RawPanels
{
    private const int PartRows = 32;
    private const int PartPanels = 8;

    /// <summary>sums[r] += x W for panels <paramref name="first"/> to <paramref name="end"/>.</summary>
    [SkipLocalsInit]
    public static void Add(in RoundedBlock x, Int8Matrix matrix, int first, int end, int** sums)
    {
        var columns = matrix.Tile.Columns;
        var values = stackalloc int[PartRows * PartPanels * TileSpecification.PanelColumns];
        for (var panel = first; panel < end; panel += PartPanels)
        {
            var panels = Math.Min(PartPanels, end - panel);
            for (var row = 0; row < x.Count; row += PartRows)
            {
                var part = x.Slice(row, Math.Min(PartRows, x.Count - row));
                matrix.Tile.RunBlock(new Int8BlockCall
                {
                    Rows = part.Rows,
                    RowStride = part.Stride,
                    RowCount = part.Count,
                    InputBytes = part.InputBytes,
                    Weights = matrix.Panel(panel),
                    Panels = panels,
                    PanelBytes = matrix.PanelBytes,
                    RowScales = part.Scales,
                    RowZeros = part.Zeros,
                    ColumnScales = matrix.Scales(panel),
                    ColumnSums = matrix.Sums(panel),
                    Epilogue = TileEpilogue.Raw,
                    Outputs = (float*)values,
                    AreWeightsNear = row > 0,
                    OutputStride = PartPanels * TileSpecification.PanelColumns * sizeof(int),
                });
                for (var r = 0; r < part.Count; r++)
                {
                    Add(values + (r * PartPanels * columns), sums[row + r] + (panel * columns), panels * columns);
                }
            }
        }
    }

    private static void Add(int* values, int* sums, int count)
    {
        for (var i = 0; i < count; i += Vector512<int>.Count)
        {
            (Vector512.Load(sums + i) + Vector512.Load(values + i)).Store(sums + i);
        }
    }
}
