using NativeSparse.Kernels;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>Choosing experts. A routing has no width, only experts; nothing dense stands beside it.</summary>
public class TopKRoutingBench : KernelFamilyBench
{
    private static readonly (string Name, int Experts, int Active)[] Routings = [("2 of 8", 8, 2), ("16 of 64", 64, 16)];

    public override IEnumerable<string> Shapes => Routings.Select(routing => routing.Name);

    public override IEnumerable<int> TokenCounts => [1, 128, 512];

    public override IEnumerable<Precision> Precisions => [Precision.Float32];

    internal override KernelFamily Family => KernelFamily.Routing;

    internal override KernelCase Case
    {
        get
        {
            var (_, experts, active) = Routings.First(routing => routing.Name == Shape);
            return new KernelCase(Family, Tokens, 0, 0, experts, active);
        }
    }
}
