using NativeSparse.Conversion;
using Xunit;

namespace NativeSparse.Tests.Conversion;

public sealed class OutputClosenessTests
{
    [Theory]
    [InlineData("logits", true)]
    [InlineData("class_Scores", true)]
    [InlineData("probabilities", true)]
    [InlineData("last_hidden_state", false)]
    public void Only_outputs_that_rank_classes_have_a_top_1_agreement(string output, bool isRanked)
    {
        var closeness = new OutputCloseness(output);
        closeness.Add([3, 4, 0, 0, 0, 5], [3, 4, 0, 0, 5, 0], width: 3);
        closeness.Add([1, 0, 0], [1, 0, 0], width: 3);

        var report = closeness.Report();

        Assert.Equal(isRanked ? 2.0 / 3 : null, report.ArgmaxAgreement);
        Assert.Equal(2.0 / 3, report.Cosine!.Value, 1e-12);
        Assert.Equal(0, report.CosineP5);
        Assert.Equal(Math.Sqrt(50.0 / 51), report.RelativeError!.Value, 1e-12);
    }

    [Fact]
    public void Outputs_of_nothing_but_zeros_have_no_relative_error()
    {
        var closeness = new OutputCloseness("y");
        closeness.Add([0, 0], [0, 0], width: 2);

        Assert.Null(closeness.Report().RelativeError);
        Assert.Null(closeness.Report().Cosine);
    }

    [Fact]
    public void What_is_no_number_in_both_is_no_difference()
    {
        var closeness = new OutputCloseness("y");
        closeness.Add([1, float.NaN, 2, float.PositiveInfinity], [1, float.NaN, 2, float.PositiveInfinity], 4);

        var report = closeness.Report();
        Assert.Equal((1, 0), (report.Cosine!.Value, report.RelativeError!.Value));
    }
}
