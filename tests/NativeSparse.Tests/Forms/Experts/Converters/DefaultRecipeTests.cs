using NativeSparse.Calibration;
using NativeSparse.Forms.Experts;
using NativeSparse.Forms.Experts.Converters;
using NativeSparse.Kernels;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts.Converters;

public sealed class DefaultRecipeTests
{
    private const int D = 24;
    private const int H = 96;
    private const int Clusters = 8;

    private static readonly SiteSample Sample = new(
        StructuredSite.Inputs(2000, D, Clusters, seed: 1), StructuredSite.Inputs(600, D, Clusters, seed: 2), D);

    [Theory]
    [InlineData("topk", false, "gelu")]
    [InlineData("threshold", false, "relu")]
    [InlineData("threshold", true, "silu")]
    public void It_beats_chance_beyond_two_deviations_and_keeps_its_budget(string select, bool gated, string activation)
    {
        var context = RandomSite.Context(StructuredSite.Weights(D, H, 16, Clusters, gated, activation), Sample);
        var options = new ExpertsOptions { Experts = 8, Active = 0.25, Select = select };
        var converter = new DefaultConverter();
        var report = ExpertsEvaluation.Evaluate(context, options, converter, converter.Convert(context, options), EvaluationEffort.Report);
        Assert.True(report.Error < report.RandomSplitError!.Mean - (2 * report.RandomSplitError.Sd), $"{report}");
        Assert.True(report.Error < report.RandomRouterError!.Mean - (2 * report.RandomRouterError.Sd), $"{report}");
        Assert.InRange(report.ActiveShare, 0.25 * 0.9, 0.25 * 1.1);
        Assert.InRange(report.CentredOracleError!.Value, 0, 0.99);
        Assert.InRange(report.CostShare, report.ActiveShare, report.ActiveShare + 0.2);
        Assert.Contains(report.Notes, note => note.Contains("down projection", StringComparison.Ordinal));
    }

    [Fact]
    public void The_reported_error_is_that_of_the_parameters()
    {
        var context = RandomSite.Context(StructuredSite.Weights(D, 90, 16, Clusters), Sample);
        var options = new ExpertsOptions { Experts = 8, Active = 0.3, Select = "threshold" };
        var conversion = new DefaultConverter().Convert(context, options);
        Assert.Equal(90 - 88, conversion.Parameters.Widths!.Count(width => width == 12));
        var report = ExpertsEvaluation.Evaluate(context, options, new DefaultConverter(), conversion, EvaluationEffort.Quick);
        Assert.Null(report.RandomSplitError);
        var (difference, norm) = (0.0, 0.0);
        for (var t = 0; t < Sample.HeldOutTokens; t++)
        {
            var row = Sample.HeldOut.AsSpan(t * D, D);
            var dense = ExpertsReference.Dense(context.Weights, row);
            var y = ExpertsReference.Run(conversion.Parameters, row);
            difference += dense.Zip(y, (a, b) => (a - b) * (a - b)).Sum();
            norm += dense.Sum(a => a * a);
        }

        Assert.Equal(Math.Sqrt(difference / norm), report.Error!.Value, 1e-3);
    }

    [Fact]
    public void The_same_seed_gives_the_same_bits_on_any_number_of_threads()
    {
        var weights = StructuredSite.Weights(D, H, 16, Clusters);
        var options = new ExpertsOptions { Experts = 8, Active = 0.25, Select = "threshold" };
        var context = RandomSite.Context(weights, Sample);
        var first = new DefaultConverter().Convert(context, options);
        var second = new DefaultConverter().Convert(RandomSite.Context(weights, Sample, splitter: new ThreadPoolSplitter(3)), options);
        Assert.Equal(first.Assignment, second.Assignment);
        Assert.Equal(first.Parameters.Router, second.Parameters.Router);
        Assert.Equal(first.Parameters.Down, second.Parameters.Down);
        Assert.Equal(first.Parameters.Threshold, second.Parameters.Threshold);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("factorllm")]
    public void Without_inputs_it_says_what_to_pass(string name)
    {
        var converter = ExpertsConverters.Find(name, null);
        var options = new ExpertsOptions { Experts = 4 };
        Assert.True(converter.NeedsCalibration(options));
        Assert.False(converter.NeedsCalibration(options with { Active = 1 }));
        var refused = Assert.Throws<ConversionException>(
            () => converter.Convert(RandomSite.Context(RandomSite.Weights(D, H, 16)), options));
        Assert.Contains("--calibrate", refused.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("default")]
    [InlineData("contiguous")]
    [InlineData("factorllm")]
    public void Inputs_that_are_not_finite_or_of_another_width_are_refused(string name)
    {
        var converter = ExpertsConverters.Find(name, null);
        float[] broken = [.. Sample.Inputs];
        broken[(5 * D) + 3] = float.NaN;
        var weights = RandomSite.Weights(D, H, 16);
        var options = new ExpertsOptions { Experts = 4 };
        var refused = Assert.Throws<ConversionException>(
            () => converter.Convert(RandomSite.Context(weights, Sample with { Inputs = broken }), options));
        Assert.Contains("token 5", refused.Message, StringComparison.Ordinal);
        refused = Assert.Throws<ConversionException>(
            () => converter.Convert(RandomSite.Context(weights, new SiteSample(Sample.Inputs, Sample.HeldOut, 12)), options));
        Assert.Contains("12 wide", refused.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_cancelled_conversion_stops()
    {
        using var stop = new CancellationTokenSource();
        stop.Cancel();
        var context = RandomSite.Context(RandomSite.Weights(D, H, 16), Sample, stop: stop);
        Assert.ThrowsAny<OperationCanceledException>(() => new DefaultConverter().Convert(context, new ExpertsOptions { Experts = 4 }));
    }
}
