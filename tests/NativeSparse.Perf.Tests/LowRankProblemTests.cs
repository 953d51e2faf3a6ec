using NativeSparse.Kernels;
using NativeSparse.Measurement;
using Xunit;

namespace NativeSparse.Perf.Tests;

public sealed class LowRankProblemTests
{
    [Fact]
    public void Merged_experts_are_the_network_and_their_own_delta()
    {
        var network = new BenchNetwork(2, 3, seed: 1, hasGelu: true, hasDownBias: false);
        var deltas = new LowRankWeights
        {
            Experts = 2,
            InputWidth = 2,
            HiddenWidth = 3,
            OutputWidth = 2,
            Rank = 1,
            Scale = 2,
            UpIn = new float[] { 1, 2, 3, 4 },
            UpOut = new float[] { 1, 2, 3, 4, 5, 6 },
            DownIn = new float[] { 1, 2, 3, 4, 5, 6 },
            DownOut = new float[] { 1, 2, 3, 4 },
        };

        var merged = MergedExperts.Of(network, deltas);

        // Expert 1: row 1 of the first factor is 4, column 2 of the second is 6.
        Assert.Equal(network.Up[(1 * 3) + 2] + (2 * 4 * 6), merged.Up[(((1 * 2) + 1) * 3) + 2], 1e-4f);
        Assert.Equal(network.Down[(2 * 2) + 1] + (2 * 6 * 4), merged.Down[(((1 * 3) + 2) * 2) + 1], 1e-4f);
        Assert.Equal(network.UpBias!, merged.UpBias[3..]);
        Assert.Equal(merged.Up[(((1 * 2) + 1) * 3) + 2], merged.ForMixture().Up[(((1 * 3) + 2) * 2) + 1]);
    }

    [Theory]
    [InlineData("cpu")]
    [InlineData("cpu:vector128")]
    [InlineData("reference")]
    public void The_shared_run_the_naive_way_and_the_operator_agree(string name)
    {
        using var backend = BackendCatalog.Open(name);
        using var problem = new LowRankProblem(new KernelCase(KernelFamily.LowRank, 9, 24, 40, 8, 2), threads: 1);

        problem.Prepare(backend).Run();
        problem.PrepareDense(backend)!.Run();

        Assert.InRange(problem.MeasureError()!.Value, 0, 1e-5);
        Assert.InRange(problem.MeasureNaiveDifference(), 0, 1e-5);
        Assert.NotNull(problem.PrepareLikeMixture(backend));
        Assert.Null(problem.Mixture!.Obstacle);
    }

    [Fact]
    public void Experts_too_large_to_merge_are_refused() =>
        Assert.Throws<FormatException>(() => KernelCase.Parse(KernelFamily.LowRank, "64x8192x8192"));
}
