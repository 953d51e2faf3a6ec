using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class ChunkGridTests
{
    [Fact]
    public void Chunks_cover_every_row_and_panel_once()
    {
        foreach (var rows in new[] { 1, 2, 3, 95, 96, 97, 511, 512 })
        {
            foreach (var panels in new[] { 1, 3, 4, 5, 192 })
            {
                foreach (var threads in new[] { 1, 2, 16 })
                {
                    var grid = new ChunkGrid(rows, 96, 6, panels, 768 * 16, threads);
                    var seen = new int[rows, panels];
                    for (var chunk = 0; chunk < grid.Count; chunk++)
                    {
                        var (firstRow, count) = grid.Rows(chunk);
                        var (first, end) = grid.Panels(chunk);
                        Assert.InRange(count, 1, 96);
                        for (var r = firstRow; r < firstRow + count; r++)
                        {
                            for (var p = first; p < end; p++)
                            {
                                seen[r, p]++;
                            }
                        }
                    }

                    Assert.All(seen.Cast<int>(), times => Assert.Equal(1, times));
                    Assert.True(threads == 1 || rows * panels < 64 || grid.Count >= 2 * threads || grid.Count >= panels);
                }
            }
        }
    }
}
