using NativeSparse.Kernels;
using NativeSparse.Measurement;
using Xunit;

namespace NativeSparse.Perf.Tests;

/// <summary>ONNX Runtime's MoE operator is only timed where it computes what ours does.</summary>
public sealed unsafe class ExpertMixtureTests
{
    private static readonly KernelCase Case = new(KernelFamily.Experts, 9, 24, 64, 8, 2);

    [Theory]
    [InlineData("cpu")]
    [InlineData("reference")]
    public void The_operator_computes_what_ours_does(string name)
    {
        using var backend = BackendCatalog.Open(name);
        using var problem = new ExpertProblem(Case, threads: 1);

        Assert.NotNull(problem.PrepareLikeMixture(backend));
        Assert.Null(problem.Mixture!.Obstacle);
        Assert.NotNull(problem.Mixture.Theirs);
    }

    [Theory]
    [InlineData(Precision.Int8, "cpu")]
    [InlineData(Precision.Int8, "reference")]
    [InlineData(Precision.Int4, "cpu")]
    [InlineData(Precision.Int4, "reference")]
    public void The_operator_on_integers_computes_what_ours_does(Precision precision, string name)
    {
        using var backend = BackendCatalog.Open(name);
        using var problem = new ExpertProblem(new KernelCase(KernelFamily.Experts, 9, 128, 512, 4, 2, precision), threads: 1);

        Assert.NotNull(problem.PrepareLikeMixture(backend));
        Assert.Null(problem.Mixture!.Obstacle);
        Assert.NotNull(problem.Mixture.Theirs);
    }

    [Fact]
    public void An_operator_that_differs_is_not_timed_and_the_note_says_so()
    {
        using var memory = new Scratch();
        var (x, y, wrong, scores) = (memory.Rent(1, 4), memory.Rent(1, 4), memory.Rent(1, 4), memory.Rent(1, 2));
        ((float*)scores.Address)[0] = 0;
        new Span<float>((void*)x.Address, 4).Fill(1);
        new Span<float>((void*)wrong.Address, 4).Fill(1);
        ((float*)scores.Address)[1] = 1;
        var network = new BenchNetwork(4, 8, seed: 1, hasGelu: true, hasDownBias: false);
        var weights = MixtureWeights.Cut(network, experts: 2);
        using var mixture = new ExpertMixture(
            () => OnnxRuntimeBaseline.MixtureOfExperts(weights, new float[8], active: 1, x, y, new OnnxRuntimeThreads(1)), y, scores, active: 1);

        mixture.Verify(wrong);

        Assert.Null(mixture.Theirs);
        Assert.Contains("not timed", mixture.Obstacle, StringComparison.Ordinal);
    }

    [Fact]
    public void Cut_experts_have_their_outputs_as_rows()
    {
        var network = new BenchNetwork(3, 4, seed: 1, hasGelu: true, hasDownBias: false);

        var weights = MixtureWeights.Cut(network, experts: 2);

        // Neuron 3 is the second of the second expert.
        Assert.Equal(network.Up[(1 * 4) + 3], weights.Up[(3 * 3) + 1]);
        Assert.Equal(network.Down[(3 * 3) + 2], weights.Down[(((1 * 3) + 2) * 2) + 1]);
    }
}
