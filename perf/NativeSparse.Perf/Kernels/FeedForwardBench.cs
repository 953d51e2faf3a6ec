using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>A chain of networks with weights of their own; their own dense baseline is the chain itself.</summary>
public class FeedForwardBench : ComparedFamilyBench
{
    public override IEnumerable<string> Shapes => KernelShape.Known.Where(shape => shape.IsNetwork).Select(shape => shape.Name);

    public override IEnumerable<int> TokenCounts => [1, 16, 128, 512];

    public override IEnumerable<Precision> Precisions => Enum.GetValues<Precision>();

    internal override KernelFamily Family => KernelFamily.FeedForward;
}
