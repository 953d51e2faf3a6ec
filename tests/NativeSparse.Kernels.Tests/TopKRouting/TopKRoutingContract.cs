using CsCheck;
using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of routing must do.</summary>
public abstract class TopKRoutingContract : IDisposable
{
    private static readonly float[] Special =
        [float.NaN, float.NegativeInfinity, float.PositiveInfinity, -0f, 0f, float.Epsilon, float.MinValue];

    private static readonly Gen<float> Score = Gen.Frequency(
        (8, Gen.Float[-4, 4]),
        (4, Gen.Int[-2, 2].Select(i => (float)i)),
        (1, Gen.Int[0, Special.Length - 1].Select(i => Special[i])));

    private readonly Backend _backend;

    private protected TopKRoutingContract(Backend backend) => _backend = backend;

    [Fact]
    public void Each_token_gets_exactly_its_k_highest_scores_ties_by_lower_index() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[1, 70]).SelectMany((tokens, experts) => Gen.Select(Score.Array[tokens * experts], Gen.Int[1, experts])
            .Select((scores, k) => (tokens, experts, scores, k))).Sample(
            problem =>
            {
                var (tokens, experts, scores, k) = problem;
                using var result = new RoutingRun(_backend, tokens, experts, scores, new RoutingOptions { K = k }, k);
                for (var t = 0; t < tokens; t++)
                {
                    var row = scores.AsSpan(t * experts, experts).ToArray();
                    var expected = Enumerable.Range(0, experts)
                        .OrderByDescending(e => row[e], Comparer<float>.Create((a, b) => a.CompareTo(b))).ThenBy(e => e).Take(k).Order();
                    Assert.Equal(expected, result.Chosen(t));
                    Assert.All(result.Weights(t), weight => Assert.Equal(1, weight));
                }
            },
            iter: 300,
            seed: "0000KOIPe2d3");

    [Fact]
    public void Softmax_weights_of_scores_that_are_not_finite_are_those_of_the_reference() =>
        Gen.Int[1, 40].SelectMany(experts => Gen.Select(Score.Array[experts], Gen.Int[1, experts], Gen.Bool)).Sample(
            (scores, k, isOverAll) =>
            {
                var options = new RoutingOptions { K = k, Weights = isOverAll ? RoutingWeights.Softmax : RoutingWeights.SoftmaxRenormalized };
                using var actual = new RoutingRun(_backend, 1, scores.Length, scores, options, k);
                using var reference = Versions.Reference();
                using var expected = new RoutingRun(reference, 1, scores.Length, scores, options, k);
                Assert.All(actual.Weights(0).Zip(expected.Weights(0)), pair => Assert.Equal(pair.Second, pair.First, 1e-5f));
            },
            iter: 500,
            seed: "0000KOIPe2d3");

    [Fact]
    public void Infinite_scores_share_the_weight()
    {
        var infinity = float.PositiveInfinity;
        using var run = new RoutingRun(_backend, 1, 4, [infinity, 1, infinity, float.NaN], new RoutingOptions { K = 3, Weights = RoutingWeights.Softmax }, 3);
        Assert.Equal([0.5f, 0, 0.5f], run.Weights(0));
    }

    [Fact]
    public void The_threshold_chooses_every_score_at_or_above_it() =>
        Gen.Select(Gen.Int[0, 40], Gen.Int[1, 70]).SelectMany((tokens, experts) => Gen.Select(Score.Array[tokens * experts], Gen.Int[-3, 3])
            .Select((scores, threshold) => (tokens, experts, scores, threshold))).Sample(
            problem =>
            {
                var (tokens, experts, scores, threshold) = problem;
                var options = new RoutingOptions { Selection = RoutingSelection.Threshold, Threshold = threshold };
                using var result = new RoutingRun(_backend, tokens, experts, scores, options, experts);
                for (var t = 0; t < tokens; t++)
                {
                    var row = scores.AsSpan(t * experts, experts).ToArray();
                    Assert.Equal(Enumerable.Range(0, experts).Where(e => row[e] >= threshold), result.Chosen(t));
                }
            },
            iter: 300,
            seed: "0000KOIPe2d3");

    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(8, 8)]
    [InlineData(64, 16)]
    [InlineData(257, 31)]
    public void Softmax_weights_are_right(int experts, int k)
    {
        const int tokens = 33;
        var scores = Operand.Sample(new Random(experts), tokens * experts);
        foreach (var rule in new[] { RoutingWeights.Softmax, RoutingWeights.SoftmaxRenormalized })
        {
            foreach (var selection in new[] { RoutingSelection.TopK, RoutingSelection.Threshold })
            {
                var options = new RoutingOptions { Selection = selection, K = k, Threshold = 0.9f, Weights = rule };
                using var result = new RoutingRun(_backend, tokens, experts, scores, options, experts);
                for (var t = 0; t < tokens; t++)
                {
                    var chosen = result.Chosen(t);
                    var row = scores.AsSpan(t * experts, experts).ToArray().Select(s => Math.Exp(s)).ToArray();
                    var sum = rule == RoutingWeights.Softmax ? row.Sum() : chosen.Sum(e => row[e]);
                    var weights = result.Weights(t);
                    for (var i = 0; i < chosen.Length; i++)
                    {
                        Assert.Equal(row[chosen[i]] / sum, weights[i], 1e-6);
                    }
                }
            }
        }
    }

    [Fact]
    public void A_token_does_not_depend_on_the_batch_or_the_threads()
    {
        var scores = Operand.Sample(new Random(3), 100 * 40);
        var options = new RoutingOptions { K = 9, Weights = RoutingWeights.Softmax };
        using var whole = new RoutingRun(_backend, 100, 40, scores, options, 9);
        using var threaded = new RoutingRun(_backend, 100, 40, scores, options, 9, threads: 3);
        for (var t = 0; t < 100; t++)
        {
            using var single = new RoutingRun(_backend, 1, 40, scores.AsSpan(t * 40, 40).ToArray(), options, 9);
            Assert.Equal(whole.Chosen(t), single.Chosen(0));
            Assert.Equal(whole.Weights(t), single.Weights(0));
            Assert.Equal(whole.Weights(t), threaded.Weights(t));
        }
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        using var run = new RoutingRun(
            _backend, 70, 64, Operand.Sample(new Random(2), 70 * 64), new RoutingOptions { K = 16, Weights = RoutingWeights.Softmax }, 16);
        Limits.AssertAllocations(_backend, run.Repeat);
    }

    [Fact]
    public void A_routing_that_does_not_fit_is_refused()
    {
        var scores = new float[3 * 5];
        Assert.Throws<ShapeMismatchException>(() => new RoutingRun(_backend, 3, 5, scores, new RoutingOptions { K = 0 }, 5));
        Assert.Throws<ShapeMismatchException>(() => new RoutingRun(_backend, 3, 5, scores, new RoutingOptions { K = 6 }, 6));
        Assert.Throws<ShapeMismatchException>(() => new RoutingRun(_backend, 3, 5, scores, new RoutingOptions { K = 3 }, 2));
        Assert.Throws<ShapeMismatchException>(
            () => new RoutingRun(_backend, 3, 5, scores, new RoutingOptions { Selection = RoutingSelection.Threshold }, 4));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
