using BenchmarkDotNet.Attributes;
using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>Products with block-diagonal weights, 4, 8 and 16 equal blocks: beside own dense and ONNX Runtime on the whole matrix.</summary>
public class BlockDiagonalBench : ComparedFamilyBench
{
    [ParamsSource(nameof(BlockCounts))]
    public int Blocks { get; set; } = 4;

    public static IEnumerable<int> BlockCounts => [4, 8, 16];

    public override IEnumerable<string> Shapes => ["768x3072", "3072x768"];

    public override IEnumerable<int> TokenCounts => [32, 128, 512];

    public override IEnumerable<Precision> Precisions => [Precision.Float32, Precision.Int8];

    internal override KernelFamily Family => KernelFamily.BlockDiagonal;

    internal override KernelCase Case => base.Case with { Blocks = Blocks };

    [GlobalSetup(Target = nameof(OwnDense))]
    public void SetUpOwnDense() => SetUp((problem, backend) => problem.PrepareDense(backend));

    [Benchmark]
    public void OwnDense() => Run();
}
