using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Rules beyond plain top-k: every version chooses the sets of the reference, and what they promise holds.</summary>
public abstract class RoutingRulesContract : IDisposable
{
    private const int Tokens = 60;

    private readonly Backend _backend;

    private protected RoutingRulesContract(Backend backend) => _backend = backend;

    public static TheoryData<int, int> Sizes => new(TopKRoutingCases.Sizes.Select(size => (size.Experts, size.Active)));

    [Theory]
    [MemberData(nameof(Sizes))]
    public void Every_rule_gives_the_sets_of_the_reference(int experts, int k)
    {
        using var bias = new Operand(1, experts, random: new Random(8));
        var scores = Scores(experts, seed: experts);
        foreach (var options in TopKRoutingCases.Rules(experts, k, bias.View))
        {
            using var reference = Versions.Reference();
            using var expected = new RoutingRun(reference, Tokens, experts, scores, options, experts);
            using var actual = new RoutingRun(_backend, Tokens, experts, scores, options, experts, threads: 3);
            for (var t = 0; t < Tokens; t++)
            {
                Assert.Equal(expected.Chosen(t), actual.Chosen(t));
                foreach (var (first, second) in expected.Weights(t).Zip(actual.Weights(t)))
                {
                    Assert.Equal(first, second, 1e-6f);
                }
            }
        }
    }

    [Theory]
    [InlineData(0.1f)]
    [InlineData(0.5f)]
    [InlineData(0.9f)]
    [InlineData(1f)]
    public void Top_p_is_the_smallest_set_of_the_highest_scores_with_the_mass(float mass)
    {
        const int experts = 30;
        var scores = Scores(experts, seed: 5);
        using var run = new RoutingRun(
            _backend, Tokens, experts, scores, new RoutingOptions { Selection = RoutingSelection.TopP, Mass = mass }, experts);
        for (var t = 0; t < Tokens; t++)
        {
            var powers = scores.AsSpan(t * experts, experts).ToArray().Select(score => Math.Exp(score)).ToArray();
            var total = powers.Sum();
            var chosen = run.Chosen(t);
            var least = chosen.Min(e => powers[e]);
            Assert.True(chosen.Sum(e => powers[e]) >= (mass - 1e-9) * total);
            Assert.True(chosen.Sum(e => powers[e]) - least < (mass + 1e-9) * total);
            Assert.All(Enumerable.Range(0, experts).Except(chosen), e => Assert.True(powers[e] <= least));
        }
    }

    [Theory]
    [InlineData(RoutingDrop.Zero)]
    [InlineData(RoutingDrop.PassThrough)]
    [InlineData(RoutingDrop.WeightedPassThrough)]
    public unsafe void A_capacity_keeps_the_first_tokens_of_each_sequence(RoutingDrop drop)
    {
        const int experts = 6;
        const int k = 2;
        const int capacity = 5;
        const int sequence = 25;
        var scores = Scores(experts, seed: 3);
        var plain = new RoutingOptions { K = k, Weights = RoutingWeights.Softmax };
        using var all = new RoutingRun(_backend, Tokens, experts, scores, plain, k);
        using var some = new RoutingRun(
            _backend, Tokens, experts, scores, plain with { Capacity = capacity, SequenceLength = sequence, Drop = drop }, k, hasCounters: true);
        var used = new int[experts];
        var (kept, dropped) = (new int[experts], new int[experts]);
        for (var t = 0; t < Tokens; t++)
        {
            if (t % sequence == 0)
            {
                Array.Clear(used);
            }

            var (full, weight) = (0, 0f);
            var expected = new List<int>();
            for (var i = 0; i < k; i++)
            {
                var e = all.Chosen(t)[i];
                if (used[e] < capacity)
                {
                    used[e]++;
                    kept[e]++;
                    expected.Add(e);
                }
                else
                {
                    full++;
                    dropped[e]++;
                    weight += all.Weights(t)[i];
                }
            }

            Assert.Equal(expected, some.Chosen(t));
            var passed = drop switch
            {
                RoutingDrop.PassThrough => full == k ? 1 : 0,
                RoutingDrop.WeightedPassThrough => weight,
                _ => 0,
            };
            Limits.AssertBits(_backend, Precision.Float32, [passed], [some.Routing.Passed.Row(0)[t]]);
        }

        Assert.Equal(kept, new ReadOnlySpan<int>(some.Routing.Load.RowInt32(0), experts).ToArray());
        Assert.Equal(dropped, new ReadOnlySpan<int>(some.Routing.Load.RowInt32(1), experts).ToArray());
        Assert.True(dropped.Sum() > 0);
    }

    [Fact]
    public void An_endless_capacity_changes_nothing()
    {
        var scores = Scores(9, seed: 4);
        var options = new RoutingOptions { K = 3, Weights = RoutingWeights.SoftmaxRenormalized };
        using var without = new RoutingRun(_backend, Tokens, 9, scores, options, 3);
        using var with = new RoutingRun(_backend, Tokens, 9, scores, options with { Capacity = Tokens }, 3);
        for (var t = 0; t < Tokens; t++)
        {
            Assert.Equal(without.Chosen(t), with.Chosen(t));
            Limits.AssertBits(_backend, Precision.Float32, without.Weights(t), with.Weights(t));
        }
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        using var bias = new Operand(1, 64, random: new Random(8));
        foreach (var options in TopKRoutingCases.Rules(64, 8, bias.View))
        {
            using var run = new RoutingRun(_backend, Tokens, 64, Scores(64, seed: 2), options, 64);
            Limits.AssertAllocations(_backend, run.Repeat);
        }
    }

    [Fact]
    public void Options_outside_their_range_are_refused()
    {
        var scores = new float[2 * 8];
        RoutingOptions[] wrong =
        [
            new() { Selection = RoutingSelection.TopP },
            new() { Selection = RoutingSelection.TopP, Mass = 1.5f },
            new() { K = 2, Groups = 3, ActiveGroups = 1 },
            new() { K = 2, Groups = 4 },
            new() { K = 3, Groups = 4, ActiveGroups = 1 },
            new() { K = 1, Groups = 8, ActiveGroups = 2, GroupScore = RoutingGroupScore.TwoHighest },
            new() { K = 1, Capacity = -1 },
            new() { K = 1, Capacity = 1, Drop = RoutingDrop.PassThrough },
        ];
        Assert.All(wrong, options => Assert.Throws<ShapeMismatchException>(() => new RoutingRun(_backend, 2, 8, scores, options, 8)));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }

    private static float[] Scores(int experts, int seed) => [.. Operand.Sample(new Random(seed), Tokens * experts).Select(value => value * 4)];
}
