using BenchmarkDotNet.Attributes;
using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>
/// Experts that share one network, with low-rank deltas, 2 of 8: beside whole networks with the deltas merged and ONNX Runtime's MoE operator
/// on these. Ours computes the operator's function (tanh GELU, softmax weights).
/// </summary>
public class LowRankExpertsBench : KernelFamilyBench
{
    public override IEnumerable<string> Shapes => KernelShape.Known.Where(shape => shape is { IsNetwork: true, IsGated: false }).Select(shape => shape.Name);

    public override IEnumerable<int> TokenCounts => [64, 128, 512];

    public override IEnumerable<Precision> Precisions => [Precision.Float32];

    internal override KernelFamily Family => KernelFamily.LowRank;

    [GlobalSetup(Target = nameof(OwnDense))]
    public void SetUpOwnDense() => SetUp((problem, backend) => problem.PrepareDense(backend));

    /// <summary>Whole networks with the deltas merged.</summary>
    [Benchmark]
    public void OwnDense() => Run();

    [GlobalSetup(Target = nameof(OnnxRuntimeMoe))]
    public void SetUpOnnxRuntimeMoe() => SetUp((problem, backend) =>
    {
        problem.Prepare(backend);
        return problem.PrepareLikeMixture(backend) is null ? null : problem.Mixture!.Theirs;
    });

    /// <summary>The operator, whose outputs are compared with ours first.</summary>
    [Benchmark]
    public void OnnxRuntimeMoe() => Run();
}
