using NativeSparse.Cli.Bench.Kernels;
using NativeSparse.Measurement;
using Xunit;

namespace NativeSparse.Cli.Tests;

public sealed class KernelVerdictTests
{
    private static readonly KernelBenchRow Row = new()
    {
        Family = "dense",
        Case = "768x3072",
        Precision = "int8",
        Tokens = 32,
        Threads = 1,
        Cold = false,
        Backend = "cpu:avx512-vnni",
        Milliseconds = 1,
        P10Milliseconds = 1,
        AllocatedBytes = 0,
        Picked = true,
        RatioToOnnxRuntime = 1.3,
        RatioToOnnxRuntimeHigh = 1.4,
        FastestOther = "cpu:vector256",
        RatioToFastestOther = 1.1,
        RatioToFastestOtherHigh = 1.2,
    };

    [Fact]
    public void A_choice_that_is_fastest_is_fast_enough() => Assert.Empty(KernelVerdict.Failures([Row]));

    [Fact]
    public void A_choice_that_another_backend_beats_is_named_with_it()
    {
        var failure = Assert.Single(KernelVerdict.Failures([Row with { RatioToFastestOther = 0.8, RatioToFastestOtherHigh = 0.94 }]));

        Assert.Contains("dense 768x3072 int8, T = 32: cpu:vector256 takes 0.80 (at most 0.94) of the time of cpu:avx512-vnni", failure, StringComparison.Ordinal);
    }

    [Fact]
    public void A_choice_that_ONNX_Runtime_beats_is_too_slow() =>
        Assert.Contains("ONNX Runtime takes 0.70", Assert.Single(KernelVerdict.Failures([Row with { RatioToOnnxRuntime = 0.7, RatioToOnnxRuntimeHigh = 0.8 }])), StringComparison.Ordinal);

    [Fact]
    public void A_layout_that_another_one_beats_is_too_slow() =>
        Assert.Contains(
            "layout 4x1 takes 0.70 (at most 0.80) of the time of cpu:avx512-vnni in the picked layout 1x1",
            Assert.Single(KernelVerdict.Failures(
                [Row with { PickedLayout = "1x1", FastestOtherLayout = "4x1", RatioToFastestOtherLayout = 0.7, RatioToFastestOtherLayoutHigh = 0.8 }])),
            StringComparison.Ordinal);

    [Fact]
    public void An_interval_that_reaches_the_allowance_proves_nothing() =>
        Assert.Empty(KernelVerdict.Failures([Row with { RatioToFastestOther = 0.8, RatioToFastestOtherHigh = 0.95, RatioToOnnxRuntimeHigh = 0.95 }]));

    [Fact]
    public void Only_the_automatic_choice_is_judged() =>
        Assert.Empty(KernelVerdict.Failures([Row with { Picked = false, RatioToFastestOtherHigh = 0.5, RatioToOnnxRuntimeHigh = 0.5 }]));

    [Fact]
    public async Task Too_few_rounds_are_not_judged()
    {
        var capture = await Capture.Run("bench", "kernels", "--family", "routing", "--shape", "2 of 8", "--rounds", "5", "--assert");

        Assert.Equal(ExitCode.BadCommandLine, capture.ExitCode);
        Assert.Contains("expected --rounds 6 or more, got 5", capture.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Asserting_runs_the_automatic_choice_beside_the_other_backends()
    {
        var capture = await Capture.Run("bench", "kernels", "--family", "routing", "--shape", "2 of 8", "--rounds", "6", "--assert", "--json");

        Assert.InRange(capture.ExitCode, 0, 1);
        var rows = capture.Json().GetProperty("rows").EnumerateArray().ToArray();
        Assert.Contains(rows, row => row.GetProperty("backend").GetString() == "cpu:vector128");
        Assert.DoesNotContain(rows, row => row.GetProperty("backend").GetString() == "reference");
        var picked = rows.Where(row => row.GetProperty("picked").GetBoolean()).ToArray();
        Assert.NotEmpty(picked);
        Assert.Equal(rows.Length > picked.Length, picked.All(row => row.TryGetProperty("fastestOther", out var other) && other.GetString() is not null));
    }
}
