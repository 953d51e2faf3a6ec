using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>One product; its own dense baseline is itself.</summary>
public class DenseMatMulBench : ComparedFamilyBench
{
    public override IEnumerable<string> Shapes => KernelShape.Known.Where(shape => shape.IsNetwork).Select(shape => shape.Name);

    public override IEnumerable<int> TokenCounts => [1, 8, 32, 128, 512];

    public override IEnumerable<Precision> Precisions => Enum.GetValues<Precision>();

    internal override KernelFamily Family => KernelFamily.Dense;
}
