using BenchmarkDotNet.Attributes;
using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>Products with sparse weights, 90 % zeros, in blocks of 1, 4 and 8 outputs: beside own dense and ONNX Runtime on the same weights with their zeros.</summary>
public class SparseMatMulBench : ComparedFamilyBench
{
    [ParamsSource(nameof(BlockHeights))]
    public int BlockHeight { get; set; } = 1;

    public static IEnumerable<int> BlockHeights => [1, 4, 8];

    public override IEnumerable<string> Shapes => KernelShape.Known.Where(shape => shape is { IsNetwork: true, IsGated: false }).Select(shape => shape.Name);

    public override IEnumerable<int> TokenCounts => [32, 128, 512];

    public override IEnumerable<Precision> Precisions => [Precision.Float32];

    internal override KernelFamily Family => KernelFamily.Sparse;

    internal override KernelCase Case => base.Case with { BlockHeight = BlockHeight };

    [GlobalSetup(Target = nameof(OwnDense))]
    public void SetUpOwnDense() => SetUp((problem, backend) => problem.PrepareDense(backend));

    [Benchmark]
    public void OwnDense() => Run();
}
