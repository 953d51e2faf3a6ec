using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of experts with low-rank deltas must do.</summary>
public abstract class LowRankContract : IDisposable
{
    private readonly Backend _backend;

    private protected LowRankContract(Backend backend) => _backend = backend;

    /// <summary>Tokens, inputs, neurons, outputs, experts, active experts, rank.</summary>
    public static TheoryData<int, int, int, int, int, int, int> Shapes => new()
    {
        { 0, 4, 8, 3, 2, 1, 2 }, { 1, 1, 1, 1, 1, 1, 1 }, { 1, 40, 128, 33, 8, 2, 4 }, { 5, 17, 33, 40, 3, 3, 7 }, { 70, 64, 96, 64, 8, 2, 8 },
        { 130, 33, 70, 21, 2, 1, 40 }, { 9, 12, 16, 12, 4, 0, 3 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gated_experts_match_weights_with_the_deltas_added(
        int tokens, int inputs, int neurons, int outputs, int experts, int active, int rank) =>
        Check(tokens, inputs, neurons, outputs, experts, active, rank, isGated: true);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Plain_experts_match_weights_with_the_deltas_added(
        int tokens, int inputs, int neurons, int outputs, int experts, int active, int rank) =>
        Check(tokens, inputs, neurons, outputs, experts, active, rank, isGated: false);

    [Theory]
    [InlineData(Precision.Float32)]
    [InlineData(Precision.Int8)]
    public void A_token_does_not_depend_on_the_batch_or_the_threads(Precision precision)
    {
        const int tokens = 90;
        using var problem = new LowRankProblem(_backend, tokens, 70, 100, 40, 5, 2, 6, isGated: true, precision);
        problem.Run(1, tokens);
        var expected = problem.Y.Values();
        foreach (var threads in new[] { 1, 2, 4 })
        {
            foreach (var part in new[] { 1, 2, 7, 64, tokens })
            {
                problem.Run(threads, part);
                Assert.Equal(expected, problem.Y.Values());
            }
        }
    }

    [Fact]
    public void Zero_deltas_are_the_shared_network()
    {
        using var problem = new LowRankProblem(_backend, 20, 24, 48, 24, 4, 2, 3, isGated: true, Precision.Float32);
        using var none = _backend.Experts.Pack(new LowRankWeights { Experts = 4, InputWidth = 24, HiddenWidth = 48, OutputWidth = 24, Rank = 3 });
        problem.Run(1, 20, none);
        using var host = new Host();
        using var plain = new Operand(20, 24);
        _backend.Dense.RunFeedForward(host.Execution, problem.X.View, problem.Network, plain.View);
        for (var t = 0; t < 20; t++)
        {
            var sum = problem.WeightOf(t);
            for (var o = 0; o < 24; o++)
            {
                Assert.Equal(LowRankProblem.Start + (sum * plain.Row(t)[o]), problem.Y.Row(t)[o], 1e-4f);
            }
        }
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        using var problem = new LowRankProblem(_backend, 20, 40, 64, 24, 4, 2, 4, isGated: true, Precision.Float32);
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            Limits.AssertAllocations(_backend, () => problem.Run(host, 0, 20, problem.Deltas));
        }
    }

    [Fact]
    public void Deltas_and_networks_that_do_not_fit_are_refused()
    {
        using var problem = new LowRankProblem(_backend, 3, 8, 16, 8, 2, 1, 2, isGated: true, Precision.Float32);
        using var plain = new SharedNetwork(_backend, 8, 16, 8, isGated: false);
        using var wide = new SharedNetwork(_backend, 8, 17, 8, isGated: true);
        using var host = new Host();
        var experts = _backend.Experts;
        Assert.Throws<ShapeMismatchException>(() => experts.Run(host.Execution, problem.X.View, problem.Routing, plain.Matrices, problem.Deltas, 1, problem.Y.View));
        Assert.Throws<ShapeMismatchException>(() => experts.Run(host.Execution, problem.X.View, problem.Routing, wide.Matrices, problem.Deltas, 1, problem.Y.View));
        Assert.Throws<ShapeMismatchException>(() => experts.Pack(
            new LowRankWeights { Experts = 2, InputWidth = 8, HiddenWidth = 16, OutputWidth = 8, Rank = 2, UpIn = new float[32] }));
        Assert.Throws<ArgumentOutOfRangeException>(() => experts.Pack(
            new LowRankWeights { Experts = 2, InputWidth = 8, HiddenWidth = 16, OutputWidth = 8, Rank = 0 }));
        Assert.Throws<ArgumentOutOfRangeException>(() => experts.Pack(
            new LowRankWeights { Experts = 2, InputWidth = 8, HiddenWidth = 16, OutputWidth = 8, Rank = 1, Scale = float.NaN }));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Check(int tokens, int inputs, int neurons, int outputs, int experts, int active, int rank, bool isGated)
    {
        using var problem = new LowRankProblem(_backend, tokens, inputs, neurons, outputs, experts, active, rank, isGated, Precision.Float32);
        foreach (var threads in new[] { 1, 3 })
        {
            problem.Run(threads, Math.Max(tokens, 1));
            problem.AssertMatches();
        }
    }
}
