using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Sorts the pairs of some tokens on a device.</summary>
internal sealed class DeviceExpertBins(Device device)
{
    private readonly DeviceKernel<Launcher> _kernel = new(device, KernelMethods.ExpertBins);

    private delegate void Launcher(
        AcceleratorStream stream,
        KernelConfig config,
        ExpertBinParameters parameters,
        ArrayView<int> counts,
        ArrayView<int> experts,
        ArrayView<float> weights,
        ArrayView<int> tokens,
        ArrayView<float> factors,
        ArrayView<int> slots,
        ArrayView<TileSpan> spans);

    /// <param name="call">The call.</param>
    /// <param name="o">The routing.</param>
    /// <param name="experts">E.</param>
    /// <param name="first">The first token.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="height">Most rows of a span.</param>
    public DeviceExpertPairs Sort(in DeviceCall call, in DeviceExpertOperands o, int experts, int first, int tokens, int height)
    {
        var pairs = tokens * o.Capacity;
        var spans = (pairs / height) + experts;
        var sorted = new DeviceExpertPairs
        {
            Index = call.Values<int>(call.RentInt32(1, pairs)),
            Factors = call.Values<float>(call.Rent(1, pairs)),
            Slots = call.Values<int>(call.RentInt32(1, pairs)),
            Spans = call.Values<TileSpan>(call.RentInt32(1, 3 * spans)),
            SpanCount = spans,
            Height = height,
            Count = pairs,
        };
        var p = new ExpertBinParameters
        {
            FirstToken = first,
            Tokens = tokens,
            Capacity = o.Capacity,
            ExpertStride = o.Experts.Stride,
            WeightStride = o.Weights.Stride,
            Height = height,
            Experts = experts,
            Spans = spans,
            Scale = o.Scale,
        };
        _kernel.Launcher(
            device.Launch(),
            new KernelConfig(new Index3D(experts, 1, 1), new Index3D(device.GroupThreads, 1, 1)),
            p,
            call.Values<int>(o.Counts),
            call.Values<int>(o.Experts),
            call.Values<float>(o.Weights),
            sorted.Index,
            sorted.Factors,
            sorted.Slots,
            sorted.Spans);
        return sorted;
    }
}
