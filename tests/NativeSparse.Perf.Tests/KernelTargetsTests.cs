using NativeSparse.Kernels;
using NativeSparse.Measurement;
using Xunit;

namespace NativeSparse.Perf.Tests;

public sealed class KernelTargetsTests
{
    [Fact]
    public void The_median_of_the_cases_is_held_against_what_must_be()
    {
        var target = Assert.Single(KernelTargets.Of(Record(Network(128, 1.2), Network(512, 1.6))));

        Assert.Equal((1.4, true), (target.Measured, target.IsReached));
        Assert.Contains("| 1.35 | 1.60 | 1.40 | reached | 768x3072 T = 128: 1.20, 768x3072 T = 512: 1.60 |", KernelTargets.Render([target]), StringComparison.Ordinal);
    }

    [Fact]
    public void A_missed_target_says_so()
    {
        var target = Assert.Single(KernelTargets.Of(Record(Network(128, 1.1), Network(512, 1.2))));

        Assert.False(target.IsReached);
        Assert.Contains("**missed**", KernelTargets.Render([target]), StringComparison.Ordinal);
    }

    [Fact]
    public void Other_threads_and_backends_that_are_not_chosen_do_not_count() =>
        Assert.Empty(KernelTargets.Of(Record(Network(512, 9) with { Threads = 2 }, Network(512, 9) with { Picked = false })));

    [Fact]
    public void Each_case_counts_where_the_target_says_so()
    {
        var target = new KernelTarget("", 0.98, null, [("a", 1.5), ("b", 0.9)], IsEach: true);

        Assert.Equal((0.9, false), (target.Measured, target.IsReached));
    }

    [Fact]
    public void The_fallback_is_compared_within_its_run()
    {
        var managed = Network(128, 1) with { Family = "dense", Backend = TargetCases.Managed, Picked = false, Milliseconds = 4 };
        var target = Assert.Single(KernelTargets.Of(Record(managed, managed with { Backend = TargetCases.Assembled, Milliseconds = 2 })));

        Assert.Equal(0.5, target.Measured);
    }

    [Fact]
    public void Every_part_that_is_measured_can_be_measured_here()
    {
        using var automatic = BackendCatalog.Open("cpu");
        var usable = BackendCatalog.List().Where(backend => backend.Usable).Select(backend => backend.Name).ToArray();
        foreach (var (options, obstacle) in TargetCases.Of(new KernelBenchOptions(), automatic.Name))
        {
            Assert.True(options is null != obstacle is null);
            Assert.All(options?.Backends ?? [], name => Assert.True(name == "cpu" || usable.Contains(name), name));
        }
    }

    [Fact]
    public void Experts_are_held_against_their_figures_without_their_router()
    {
        var experts = Network(128, 1) with { Family = "experts", Case = "768x3072 24 of 96", RatioToDense = 1.9, RoutedRatioToDense = 2.5 };
        var targets = KernelTargets.Of(Record(experts));

        Assert.Equal(2.5, Assert.Single(targets, target => target.Work.EndsWith("times own dense", StringComparison.Ordinal)).Measured);
    }

    [Fact]
    public void Block_diagonal_products_are_held_against_dense_ones_at_float32()
    {
        var row = Network(128, 1) with { Family = "blockdiagonal", Case = "768x3072 in 8 blocks", RatioToDense = 6.5 };
        var target = Assert.Single(KernelTargets.Of(Record(row, row with { Precision = "float32" })));

        Assert.Equal((6.4, 7.5, 6.5, true), (target.Must, target.Stretch, target.Measured, target.IsReached));
    }

    [Fact]
    public void Convolutions_are_held_against_the_sum_of_their_times()
    {
        var row = Network(12544, 2) with { Family = "sparse", Case = "16x96 90 % 4x1 channel-major", Precision = "float32", RatioToDense = 1, Milliseconds = 3 };
        var targets = KernelTargets.Of(Record(row, row with { Tokens = 49, Case = "320x1280 90 % 4x1 channel-major", RatioToDense = 5, Milliseconds = 1 }));

        Assert.Equal([2.0, 2.0], targets.Select(target => target.Measured));
        Assert.Equal(["1.00", "5.00"], targets[0].Values.Select(value => value.Value.ToString("0.00", System.Globalization.CultureInfo.InvariantCulture)));
    }

    private static KernelBenchResult Record(params KernelBenchRow[] rows) =>
        new(new KernelBenchEnvironment("cpu", 2, 1, "cpu:a", 1, 1, "1", "1"), rows);

    private static KernelBenchRow Network(int tokens, double ratio) => new()
    {
        Family = "ffn",
        Case = "768x3072",
        Precision = "int8",
        Tokens = tokens,
        Threads = 1,
        Cold = false,
        Backend = "cpu:a",
        Milliseconds = 1,
        P10Milliseconds = 1,
        RatioToOnnxRuntime = ratio,
        AllocatedBytes = 0,
        Picked = true,
    };
}
