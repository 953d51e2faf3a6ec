using NativeSparse.Numerics;
using Xunit;

namespace NativeSparse.Tests.Numerics;

public sealed class OrderStatisticsTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(17)]
    [InlineData(1000)]
    public void Every_rank_is_that_of_the_sorted_values(int count)
    {
        var random = new Random(count);
        float[] values = [.. Enumerable.Range(0, count).Select(_ => (float)random.Next(count / 2))];
        float[] sorted = [.. values.Order()];
        for (var rank = 0; rank < count; rank++)
        {
            Assert.Equal(sorted[rank], OrderStatistics.Select([.. values], rank));
        }

        Assert.Equal(sorted[count / 2], OrderStatistics.Median([.. values]));
        Assert.Equal(sorted[^1], OrderStatistics.Quantile([.. values], 1));
    }
}
