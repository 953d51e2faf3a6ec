using BenchmarkDotNet.Attributes;
using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>Router, top-k and experts, 2 of 8; ONNX Runtime runs the dense network that they are cut from, and its MoE or QMoE operator on the experts.</summary>
public class ExpertDispatchBench : ComparedFamilyBench
{
    public override IEnumerable<string> Shapes => KernelShape.Known.Where(shape => shape is { IsNetwork: true, IsGated: false }).Select(shape => shape.Name);

    public override IEnumerable<int> TokenCounts => [1, 16, 128, 512];

    public override IEnumerable<Precision> Precisions => [Precision.Float32, Precision.Int8];

    internal override KernelFamily Family => KernelFamily.Experts;

    [GlobalSetup(Target = nameof(OwnDense))]
    public void SetUpOwnDense() => SetUp((problem, backend) => problem.PrepareDense(backend));

    [Benchmark]
    public void OwnDense() => Run();

    [GlobalSetup(Target = nameof(OursAsMoe))]
    public void SetUpOursAsMoe() => SetUp((problem, backend) => problem.PrepareLikeMixture(backend));

    /// <summary>Ours as the operator computes it: tanh GELU and softmax weights; its outputs are compared with the operator's first.</summary>
    [Benchmark]
    public void OursAsMoe() => Run();

    [GlobalSetup(Target = nameof(OnnxRuntimeMoe))]
    public void SetUpOnnxRuntimeMoe() => SetUp((problem, _) => problem.Mixture?.Theirs);

    [Benchmark]
    public void OnnxRuntimeMoe() => Run();
}
