using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class SelfTestCommandTests
{
    [Fact]
    public async Task The_reference_passes_and_says_so()
    {
        var capture = await Capture.Run("selftest", "--backend", "reference", "--json");

        Assert.Equal(0, capture.ExitCode);
        var document = capture.Json();
        Assert.True(document.GetProperty("passed").GetBoolean());
        Assert.Equal("reference", document.GetProperty("backend").GetString());
        var families = document.GetProperty("families").EnumerateArray().ToArray();
        Assert.Equal(
            [
                "activations", "block-dense", "block-diagonal", "block-shuffle", "dense", "experts", "ffn", "low-rank experts", "routing", "row-sparse",
                "semiring", "sparse",
            ],
            families.Select(family => family.GetProperty("family").GetString()!).Distinct().Order());
        Assert.All(families, family => Assert.Equal(0, family.GetProperty("wrong").GetArrayLength()));
    }

    [Fact]
    public async Task A_backend_that_is_not_there_is_exit_code_4() =>
        Assert.Equal(4, (await Capture.Run("selftest", "--backend", "cuda:0")).ExitCode);
}
