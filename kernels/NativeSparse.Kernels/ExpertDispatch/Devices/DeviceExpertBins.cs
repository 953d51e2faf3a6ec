using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Sorts the pairs of some tokens on a device.</summary>
internal sealed class DeviceExpertBins(Device device)
{
    private readonly DeviceKernel<Launcher> _kernel = new(device, KernelMethods.ExpertBins);
    private readonly DeviceKernel<Int8Launcher> _int8 = new(device, KernelMethods.ExpertBinsInt8);

    private delegate void Launcher(AcceleratorStream stream, KernelConfig config, ExpertBinParameters parameters, ExpertBinOperands operands);

    private delegate void Int8Launcher(
        AcceleratorStream stream,
        KernelConfig config,
        ExpertBinParameters parameters,
        ExpertBinOperands operands,
        QuantizeParameters quantize,
        ArrayView<TileMatrix> parts,
        ArrayView<float> inputs,
        ArrayView<int> words,
        ArrayView<RowQuantum> quanta);

    /// <param name="call">The call.</param>
    /// <param name="o">The routing.</param>
    /// <param name="experts">E.</param>
    /// <param name="first">The first token.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="height">Most rows of a span.</param>
    public DeviceExpertPairs Sort(in DeviceCall call, in DeviceExpertOperands o, int experts, int first, int tokens, int height)
    {
        var sorted = Rent(call, o, experts, tokens, height);
        _kernel.Launcher(
            device.Launch(),
            device.Groups(experts, 1),
            Parameters(o, sorted, experts, first, tokens),
            Operands(call, o, sorted));
        return sorted;
    }

    /// <summary>The same, and the tokens rounded in the same launch.</summary>
    /// <param name="call">The call.</param>
    /// <param name="o">The routing and the tokens.</param>
    /// <param name="experts">The experts, at int8.</param>
    /// <param name="first">The first token.</param>
    /// <param name="tokens">How many.</param>
    /// <param name="height">Most rows of a span.</param>
    public (DeviceExpertPairs Pairs, RoundedRows Tokens) SortInt8(
        in DeviceCall call, in DeviceExpertOperands o, DeviceExperts experts, int first, int tokens, int height)
    {
        var sorted = Rent(call, o, experts.Experts, tokens, height);
        var x = o.X.Slice(first, tokens);
        var rounded = DeviceProducts.RentRounded(call, x, experts.Up);
        _int8.Launcher(
            device.Launch(),
            device.Groups(experts.Experts + tokens, 1),
            Parameters(o, sorted, experts.Experts, first, tokens),
            Operands(call, o, sorted),
            new QuantizeParameters { Stride = x.Stride, WordStride = rounded.Stride, Parts = 1 },
            experts.Up.Parts(call),
            call.Values<float>(x),
            rounded.Words,
            rounded.Quanta);
        return (sorted, rounded);
    }

    private static DeviceExpertPairs Rent(in DeviceCall call, in DeviceExpertOperands o, int experts, int tokens, int height)
    {
        var pairs = tokens * o.Capacity;
        var spans = (pairs / height) + experts;
        return new DeviceExpertPairs
        {
            Index = call.Values<int>(call.RentInt32(1, pairs)),
            Factors = call.Values<float>(call.Rent(1, pairs)),
            Slots = call.Values<int>(call.RentInt32(1, pairs)),
            Spans = call.Values<TileSpan>(call.RentInt32(1, 3 * spans)),
            SpanCount = spans,
            Height = height,
            Count = pairs,
        };
    }

    private static ExpertBinOperands Operands(in DeviceCall call, in DeviceExpertOperands o, in DeviceExpertPairs pairs) => new()
    {
        Counts = call.Values<int>(o.Counts),
        Experts = call.Values<int>(o.Experts),
        Weights = call.Values<float>(o.Weights),
        Tokens = pairs.Index,
        Factors = pairs.Factors,
        Slots = pairs.Slots,
        Spans = pairs.Spans,
    };

    private static ExpertBinParameters Parameters(in DeviceExpertOperands o, in DeviceExpertPairs pairs, int experts, int first, int tokens) => new()
    {
        FirstToken = first,
        Tokens = tokens,
        Capacity = o.Capacity,
        ExpertStride = o.Experts.Stride,
        WeightStride = o.Weights.Stride,
        Height = pairs.Height,
        Experts = experts,
        Spans = pairs.SpanCount,
        Scale = o.Scale,
    };
}
