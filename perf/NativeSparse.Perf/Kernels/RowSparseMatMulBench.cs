using BenchmarkDotNet.Attributes;
using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>Products with sparse activations, 8 and 25 % active: beside own dense and ONNX Runtime on the same activations with their zeros.</summary>
public class RowSparseMatMulBench : ComparedFamilyBench
{
    [ParamsSource(nameof(ActivePercents))]
    public int ActivePercent { get; set; } = 25;

    public static IEnumerable<int> ActivePercents => [8, 25];

    public override IEnumerable<string> Shapes => ["3072x768", "768x3072"];

    public override IEnumerable<int> TokenCounts => [1, 16, 64];

    public override IEnumerable<Precision> Precisions => [Precision.Float32, Precision.Int8];

    internal override KernelFamily Family => KernelFamily.RowSparse;

    internal override KernelCase Case => base.Case with { Zeros = 1 - (ActivePercent / 100.0) };

    [GlobalSetup(Target = nameof(OwnDense))]
    public void SetUpOwnDense() => SetUp((problem, backend) => problem.PrepareDense(backend));

    [Benchmark]
    public void OwnDense() => Run();
}
