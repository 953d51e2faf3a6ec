using CsCheck;
using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of expert dispatch must do.</summary>
public abstract class ExpertDispatchContract : IDisposable
{
    private readonly Backend _backend;

    private protected ExpertDispatchContract(Backend backend) => _backend = backend;

    public static TheoryData<int, int, int, int, int, int> Shapes => new()
    {
        { 0, 4, 3, 5, 2, 1 }, { 1, 1, 1, 1, 1, 1 }, { 1, 40, 8, 16, 33, 4 }, { 2, 7, 5, 3, 11, 5 }, { 5, 31, 4, 15, 17, 2 },
        { 16, 32, 16, 16, 32, 4 }, { 13, 33, 7, 17, 40, 3 }, { 50, 20, 40, 16, 16, 2 }, { 64, 64, 8, 32, 64, 8 }, { 30, 12, 6, 8, 9, 0 },
        { 120, 400, 3, 70, 90, 2 }, { 530, 16, 4, 16, 16, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Plain_experts_match_float64(int tokens, int inputs, int experts, int width, int outputs, int active) =>
        Check(new ExpertShape(tokens, inputs, experts, width, outputs, active));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gated_experts_with_biases_match_float64(int tokens, int inputs, int experts, int width, int outputs, int active) =>
        Check(new ExpertShape(tokens, inputs, experts, width, outputs, active, IsGated: true, HasBiases: true));

    [Theory]
    [InlineData(0)]
    [InlineData(3)]
    public void All_tokens_may_choose_one_expert(int expert)
    {
        using var problem = new ExpertProblem(_backend, new ExpertShape(130, 24, 4, 16, 20, 1, HasBiases: true), seed: 3);
        problem.Route(new Random(1), (_, e) => e == expert ? 0 : 1);
        foreach (var threads in new[] { 1, 2 })
        {
            problem.Run(threads, 1);
            problem.AssertMatches(1);
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_token_does_not_depend_on_the_batch_or_the_threads(bool isGated)
    {
        using var problem = new ExpertProblem(_backend, new ExpertShape(61, 420, 9, 33, 70, 4, isGated, HasBiases: true), seed: 9);
        problem.AssertTokensStandAlone(0.5f);
    }

    [Fact]
    public void Gather_and_scatter_of_the_identity_is_the_identity() =>
        Gen.Select(Gen.Int[1, 60], Gen.Int[1, 12]).SelectMany((tokens, experts) => Gen.Int[1, experts].Select(active => (tokens, experts, active)))
            .Sample(
                sizes =>
                {
                    const int width = 5;
                    var identity = new float[sizes.experts * width * width];
                    for (var i = 0; i < sizes.experts * width; i++)
                    {
                        identity[(i * width) + (i % width)] = 1;
                    }

                    using var packed = _backend.Experts.Pack(
                        new ExpertWeights
                        {
                            Experts = sizes.experts,
                            InputWidth = width,
                            ExpertWidth = width,
                            OutputWidth = width,
                            Activation = default,
                            Up = identity,
                            Down = identity,
                        },
                        Precision.Float32);
                    var random = new Random(sizes.tokens);
                    using var x = new Operand(sizes.tokens, width, random: random);
                    using var y = new Operand(sizes.tokens, width);
                    using var routed = new RoutingRun(
                        _backend, sizes.tokens, sizes.experts, Operand.Sample(random, sizes.tokens * sizes.experts),
                        new RoutingOptions { K = sizes.active }, sizes.active);
                    using var host = new Host(2);
                    _backend.Experts.Run(host.Execution, x.View, routed.Routing, packed, 1f / sizes.active, y.View);
                    Assert.All(x.Values().Zip(y.Values()), pair => Assert.Equal(pair.First, pair.Second, 1e-5f));
                },
                iter: 60,
                seed: "0000KOIPe2d3");

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        using var problem = new ExpertProblem(_backend, new ExpertShape(40, 100, 8, 16, 32, 3, IsGated: true, HasBiases: true), seed: 1);
        Limits.AssertAllocations(_backend, problem.Prepare(1));
        Limits.AssertAllocations(_backend, problem.Prepare(2));
    }

    [Fact]
    public void Packed_experts_come_back_exactly()
    {
        var shape = new ExpertShape(1, 390, 3, 17, 21, 1, IsGated: true, HasBiases: true);
        var weights = shape.Sample(new Random(2));
        using var packed = _backend.Experts.Pack(weights, Precision.Float32);
        var back = packed.Unpack();
        Assert.Equal(weights.Up.ToArray(), back.Up.ToArray());
        Assert.Equal(weights.UpBias.ToArray(), back.UpBias.ToArray());
        Assert.Equal(weights.Gate.ToArray(), back.Gate.ToArray());
        Assert.Equal(weights.GateBias.ToArray(), back.GateBias.ToArray());
        Assert.Equal(weights.Down.ToArray(), back.Down.ToArray());
        Assert.Equal(weights.ExpertBias.ToArray(), back.ExpertBias.ToArray());
        Assert.Equal(weights.Widths.ToArray(), back.Widths.ToArray());
        Assert.Equal(weights.Activation, back.Activation);
        Assert.True(packed.ByteCount > 0);
        packed.Dispose();
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => packed.Unpack());
    }

    [Fact]
    public void Concurrent_runs_share_the_weights()
    {
        using var problem = new ExpertProblem(_backend, new ExpertShape(30, 40, 6, 16, 24, 2), seed: 5);
        problem.Run(1, 1);
        var expected = problem.Y.Values();
        Parallel.For(0, 6, _ =>
        {
            using var host = new Host(2);
            for (var i = 0; i < 10; i++)
            {
                using var y = new Operand(30, 24);
                for (var t = 0; t < 30; t++)
                {
                    y.Row(t).Fill(0.25f * (t % 5));
                }

                _backend.Experts.Run(host.Execution, problem.X.View, problem.Routing, problem.Packed, 1, y.View);
                Assert.Equal(expected, y.Values());
            }
        });
    }

    [Fact]
    public unsafe void Shapes_and_routings_that_do_not_fit_are_refused()
    {
        using var problem = new ExpertProblem(_backend, new ExpertShape(4, 10, 3, 5, 6, 2), seed: 2);
        using var host = new Host();
        using var narrow = new Operand(4, 9);
        var experts = _backend.Experts;
        Assert.Throws<ShapeMismatchException>(() => experts.Run(host.Execution, narrow.View, problem.Routing, problem.Packed, 1, problem.Y.View));
        Assert.Throws<ShapeMismatchException>(() => experts.Run(host.Execution, problem.X.View, problem.Routing, problem.Packed, 1, narrow.View));
        problem.Routing.Experts.RowInt32(2)[1] = 3;
        Assert.Throws<ShapeMismatchException>(() => experts.Run(host.Execution, problem.X.View, problem.Routing, problem.Packed, 1, problem.Y.View));
        problem.Routing.Counts.RowInt32(0)[1] = 3;
        Assert.Throws<ShapeMismatchException>(() => experts.Run(host.Execution, problem.X.View, problem.Routing, problem.Packed, 1, problem.Y.View));
        var weights = new ExpertShape(1, 2, 3, 4, 5, 1).Sample(new Random(1));
        Assert.Throws<NotSupportedException>(() => experts.Pack(weights, (Precision)99));
        Assert.Throws<ShapeMismatchException>(() => experts.Pack(
            new ExpertWeights
            {
                Experts = 3,
                InputWidth = 2,
                ExpertWidth = 4,
                OutputWidth = 5,
                Activation = default,
                Up = weights.Up,
                Down = weights.Down[1..],
            },
            Precision.Float32));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Check(ExpertShape shape)
    {
        using var problem = new ExpertProblem(_backend, shape, seed: shape.Tokens + shape.Width);
        foreach (var threads in new[] { 1, 3 })
        {
            problem.Run(threads, 2);
            problem.AssertMatches(2);
        }
    }
}
