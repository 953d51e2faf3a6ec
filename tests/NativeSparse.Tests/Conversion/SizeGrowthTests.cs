using NativeSparse.Conversion;
using NativeSparse.Kernels;
using Xunit;

namespace NativeSparse.Tests.Conversion;

public sealed class SizeGrowthTests
{
    [Theory]
    [InlineData(1_000_000, 1_005_000, "float16", Precision.Float32, null)]
    [InlineData(1_000_000, 400_000, "float32", Precision.Int8, null)]
    [InlineData(1_000_000, 1_900_000, "float16", Precision.Float32, "2 sites are stored as float16 there and as float32 here")]
    [InlineData(1_000_000, 1_900_000, "uint8", Precision.BFloat16, "2 sites are stored as uint8 there and as bfloat16 here")]
    [InlineData(1_000_000, 1_900_000, "uint4", Precision.Int8, "a smaller precision (--precision int4) makes")]
    [InlineData(1_000_000, 1_900_000, "float16", Precision.Float32, "a smaller precision (--precision bfloat16 or int4 or int8) makes")]
    [InlineData(1_000_000, 1_900_000, "float32", Precision.Float32, "copies of experts")]
    public void A_file_that_grew_is_explained(long source, long saved, string stored, Precision held, string? expected)
    {
        var note = SizeGrowth.Note(source, saved, [(stored, held), (stored, held)]);

        if (expected is null)
        {
            Assert.Null(note);
            return;
        }

        Assert.Contains(expected, note, StringComparison.Ordinal);
        Assert.Contains("1,900,000 bytes, the source 1,000,000", note, StringComparison.Ordinal);
    }
}
