using NativeSparse.Forms.Experts;
using NativeSparse.Forms.Experts.Converters;
using NativeSparse.Kernels;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts.Converters;

public sealed class ContiguousTests
{
    [Fact]
    public void Experts_are_slices_and_the_last_are_narrower()
    {
        var weights = RandomSite.Weights(3, 10, 2);
        var conversion = new ContiguousConverter().Convert(RandomSite.Context(weights), new ExpertsOptions { Experts = 4, K = 2 });
        Assert.Equal([0, 0, 0, 1, 1, 1, 2, 2, 3, 3], conversion.Assignment!);
        var parameters = conversion.Parameters;
        Assert.Equal([3, 3, 2, 2], parameters.Widths!);
        Assert.Equal(3, parameters.ExpertWidth);
        Assert.Equal(weights.UpBias!.AsSpan(6, 2), parameters.UpBias.AsSpan(6, 2));
        Assert.Equal(0, parameters.UpBias![8]);
        Assert.Equal(weights.Up[10 + 9], parameters.Up[(3 * 9) + 3 + 1]);
        Assert.Equal(weights.Down.AsSpan(8 * 2, 4), parameters.Down.AsSpan(3 * 6, 4));
        Assert.Equal([0, 0], parameters.Down[22..]);
    }

    [Fact]
    public void Without_calibration_a_score_is_the_mean_pre_activation()
    {
        foreach (var gated in new[] { false, true })
        {
            var weights = RandomSite.Weights(5, 9, 4, gated);
            var parameters = new ContiguousConverter().Convert(RandomSite.Context(weights), new ExpertsOptions { Experts = 3, K = 1 }).Parameters;
            var x = RandomSite.Inputs(1, 5);
            var first = gated ? weights.Gate! : weights.Up;
            var bias = gated ? weights.GateBias! : weights.UpBias!;
            var z = Enumerable.Range(0, 9).Select(j => bias[j] + Enumerable.Range(0, 5).Sum(i => (double)x[i] * first[(i * 9) + j])).ToArray();
            float[] expected = [.. Enumerable.Range(0, 3).Select(e => (float)z[(3 * e)..((3 * e) + 3)].Average())];
            Closeness.Check(expected, ExpertsReference.Scores(parameters, x), "scores");
        }
    }

    [Fact]
    public void A_threshold_needs_calibration_only_where_experts_rest()
    {
        var converter = new ContiguousConverter();
        Assert.False(converter.NeedsCalibration(new ExpertsOptions()));
        Assert.True(converter.NeedsCalibration(new ExpertsOptions { Select = "threshold" }));
        Assert.False(converter.NeedsCalibration(new ExpertsOptions { Select = "threshold", Active = 1 }));
        var context = RandomSite.Context(RandomSite.Weights(5, 9, 4));
        var refused = Assert.Throws<ConversionException>(
            () => converter.Convert(context, new ExpertsOptions { Experts = 3, Select = "threshold" }));
        Assert.Contains("calibration", refused.Message, StringComparison.Ordinal);
        var parameters = converter.Convert(context, new ExpertsOptions { Experts = 3, Select = "threshold", Active = 1 }).Parameters;
        Assert.Equal((RoutingSelection.TopK, 3), (parameters.Selection, parameters.K));
    }

    [Theory]
    [InlineData(0.5, 64, 32)]
    [InlineData(0.01, 64, 1)]
    [InlineData(0.25, 10, 3)]
    [InlineData(1, 7, 7)]
    public void The_active_share_gives_k(double active, int experts, int k)
    {
        var context = RandomSite.Context(RandomSite.Weights(3, 64, 2));
        var options = new ExpertsOptions { Experts = experts, Active = active };
        Assert.Equal(k, new ContiguousConverter().Convert(context, options).Parameters.K);
        Assert.Equal(1, new ContiguousConverter().Convert(context, options with { K = 1 }).Parameters.K);
    }
}
