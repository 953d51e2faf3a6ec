using BenchmarkDotNet.Attributes;
using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>Sums of products of values and relations over a random graph: T nodes, columns by edges a node; beside the plain loops.</summary>
public class SemiringBench : KernelFamilyBench
{
    public override IEnumerable<string> Shapes => ["32x10", "64x10", "32x50", "64x50"];

    public override IEnumerable<int> TokenCounts => [10_000];

    public override IEnumerable<Precision> Precisions => [Precision.Float32];

    internal override KernelFamily Family => KernelFamily.Semiring;

    [GlobalSetup(Target = nameof(Reference))]
    public void SetUpReference() => SetUp((problem, _) => problem.Reference);

    [Benchmark]
    public void Reference() => Run();

    [GlobalSetup(Target = nameof(PlainLoop))]
    public void SetUpPlainLoop() => SetUp((problem, _) => problem.PlainLoop);

    [Benchmark]
    public void PlainLoop() => Run();
}
