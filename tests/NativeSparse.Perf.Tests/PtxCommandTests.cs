using Xunit;

namespace NativeSparse.Perf.Tests;

public sealed class PtxCommandTests
{
    [Fact]
    [Trait("Needs", "Device")]
    public void Tiles_are_counted_and_spill_nothing()
    {
        var output = new StringWriter();
        Assert.Equal(0, PtxCommand.Run(["--kernel", "TileKernel.Run<WholeTile, AlignedAccess, FloatTile", "--architecture", "SM_80"], output));
        var line = output.ToString().Split('\n')[0];
        Assert.StartsWith("TileKernel.Run<WholeTile, AlignedAccess, FloatTile, Single, Quad> SM_80: ", line, StringComparison.Ordinal);
        Assert.Contains(" 0 local accesses", line, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 global loads", line, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 shared loads", line, StringComparison.Ordinal);
        Assert.DoesNotContain(" 0 products, 0 sums, 0 multiply-adds", line, StringComparison.Ordinal);
    }

    [Fact]
    public void A_kernel_that_is_not_there_is_said() => Assert.Equal(2, PtxCommand.Run(["--kernel", "nosuch"], TextWriter.Null));
}
