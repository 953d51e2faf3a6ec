using NativeSparse.Measurement;
using Xunit;

namespace NativeSparse.Perf.Tests;

public sealed class InterleavedRunnerTests
{
    [Fact]
    public void Every_contender_runs_in_every_round()
    {
        var counts = new int[3];
        var contenders = Enumerable.Range(0, 3).Select(i => new Contender($"{i}", () => counts[i]++)).ToArray();
        var samples = InterleavedRunner.Run(contenders, rounds: 5, sliceMilliseconds: 0.01, TestContext.Current.CancellationToken);
        Assert.Equal(["0", "1", "2"], samples.Select(sample => sample.Name));
        Assert.All(samples, sample => Assert.Equal(5, sample.Milliseconds.Count));
        Assert.All(counts, count => Assert.True(count >= 5));
    }

    [Fact]
    public void Turns_beside_one_that_keeps_spinning_start_awake_and_the_next_turn_waits_for_quiet()
    {
        var (runs, seen) = (0, new List<int>());
        var spinning = new Contender("spinning", () => runs++) { KeepsSpinning = true };
        var other = new Contender("other", () => seen.Add(runs));

        InterleavedRunner.Run([spinning, other], rounds: 1, sliceMilliseconds: 1e-9, TestContext.Current.CancellationToken);

        // Both are calibrated first; in the round, the one run that is timed comes after one that is not.
        Assert.Equal(seen[0] + 2, seen[^1]);
        Assert.Throws<OperationCanceledException>(
            () => InterleavedRunner.Run([spinning], rounds: 1, cancellation: new CancellationToken(canceled: true)));
    }

    [Fact]
    public void Ratios_are_taken_round_by_round()
    {
        var ours = new TimingSamples("ours", [1, 2, 3, 4, 5]);
        var theirs = new TimingSamples("theirs", [2, 4, 6, 8, 10]);
        Assert.Equal(new PairedRatio(2, 2, 2), theirs.Over(ours));
        Assert.Equal((3, 1), (ours.Median, ours.P10));
        Assert.Throws<ArgumentException>(() => ours.Over(new TimingSamples("other", [1])));
        Assert.Throws<ArgumentException>(() => PairedRatio.Of([]));
    }

    [Fact]
    public void The_interval_holds_the_median_and_narrows_with_more_rounds()
    {
        var random = new Random(1);
        var few = PairedRatio.Of(Enumerable.Range(0, 9).Select(_ => random.NextDouble()));
        var many = PairedRatio.Of(Enumerable.Range(0, 901).Select(_ => random.NextDouble()));
        Assert.True(few.Low <= few.Median && few.Median <= few.High);
        Assert.True(many.High - many.Low < few.High - few.Low);
    }

    [Fact]
    public void The_least_count_is_the_first_whose_interval_holds_the_median_95_times_in_100()
    {
        // The true median lies between two order statistics when as many ratios are below it as a fair coin shows heads.
        static double Probability(int count)
        {
            var interval = PairedRatio.Of(Enumerable.Range(0, count).Select(rank => (double)rank));
            var (below, ways) = (0.0, 1.0);
            for (var heads = 0; heads <= interval.High; heads++)
            {
                below += heads > interval.Low ? ways : 0;
                ways = ways * (count - heads) / (heads + 1);
            }

            return below / Math.Pow(2, count);
        }

        Assert.True(Probability(PairedRatio.LeastCount - 1) < 0.95);
        Assert.All(Enumerable.Range(PairedRatio.LeastCount, 40), count => Assert.InRange(Probability(count), 0.95, 1));
    }

    [Fact]
    public void Cancellation_stops_it() => Assert.Throws<OperationCanceledException>(
        () => InterleavedRunner.Run([new Contender("x", () => { })], 3, cancellation: new CancellationToken(canceled: true)));

    [Theory]
    [InlineData("1x2")]
    [InlineData("ax2x3")]
    [InlineData("0x2x3")]
    public void A_shape_that_is_none_is_refused(string shape) =>
        Assert.Throws<FormatException>(() => KernelCase.Parse(KernelFamily.Dense, shape));

    [Fact]
    public void A_shape_reads_as_tokens_width_hidden()
    {
        Assert.Equal(new KernelCase(KernelFamily.Dense, 32, 768, 3072), KernelCase.Parse(KernelFamily.Dense, "32x768x3072"));
        Assert.Equal("768x3072 2 of 8", KernelCase.Parse(KernelFamily.Experts, "32x768x3072").Name);
    }
}
