using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>
/// Some tokens through a shared network and their experts' deltas on a device: the shared up and gate products once for each token, the deltas of
/// all pairs as grouped products, the shared down product of each token's summed hidden values.
/// </summary>
internal sealed class DeviceLowRankPass(Device device)
{
    private readonly DeviceProducts _products = new(device);
    private readonly DeviceExpertBins _bins = new(device);
    private readonly DeviceKernel<HiddenLauncher> _hidden = new(device, KernelMethods.LowRankHidden);
    private readonly DeviceKernel<SumLauncher> _sum = new(device, KernelMethods.LowRankSums);

    private delegate void HiddenLauncher(
        AcceleratorStream stream,
        KernelConfig config,
        LowRankParameters parameters,
        ArrayView<int> counts,
        ArrayView<int> slots,
        ArrayView<float> factors,
        ArrayView<float> up,
        ArrayView<float> gate,
        ArrayView<float> upDelta,
        ArrayView<float> gateDelta,
        ArrayView<float> hidden,
        ArrayView<float> sums);

    private delegate void SumLauncher(
        AcceleratorStream stream,
        KernelConfig config,
        LowRankParameters parameters,
        ArrayView<int> counts,
        ArrayView<int> slots,
        ArrayView<float> factors,
        ArrayView<float> shared,
        ArrayView<float> deltas,
        ArrayView<float> bias,
        ArrayView<float> y);

    /// <summary>Adds the outputs of some tokens.</summary>
    public void Run(
        in DeviceCall call, in FeedForwardMatrices network, DeviceLowRankExperts experts, in DeviceExpertOperands o, int first, int tokens)
    {
        var height = _products.SpanRows(Precision.Float32, (((long)tokens * o.Capacity) + experts.Experts - 1) / experts.Experts);
        var pairs = _bins.Sort(call, o, experts.Experts, first, tokens, height);
        var hidden = call.Rent(pairs.Count, experts.HiddenWidth);
        var sums = call.Rent(tokens, experts.HiddenWidth);
        Expand(call, network, experts, o, pairs, first, hidden, sums);

        var shared = call.Rent(tokens, experts.OutputWidth);
        _products.Run(call, sums, new DeviceProduct { Table = Table(network.Down) }, shared);
        var low = Multiply(call, experts.DownIn, pairs, hidden, isIndexed: false);
        var deltas = Multiply(call, experts.DownOut, pairs, low, isIndexed: false);
        var p = new LowRankParameters
        {
            FirstToken = first,
            Capacity = o.Capacity,
            Width = experts.OutputWidth,
            Stride = o.Y.Stride,
            HasDownDelta = deltas.IsEmpty ? 0 : 1,
            HasBias = network.DownBias.IsEmpty ? 0 : 1,
        };
        _sum.Launcher(
            device.Launch(),
            device.Groups(tokens, experts.OutputWidth),
            p,
            call.Values<int>(o.Counts),
            pairs.Slots,
            pairs.Factors,
            call.Values<float>(shared),
            call.Values<float>(deltas),
            call.Values<float>(network.DownBias),
            call.Values<float>(o.Y));
    }

    /// <summary>The weighted hidden values of each pair, and their sum by token.</summary>
    private void Expand(
        in DeviceCall call,
        in FeedForwardMatrices network,
        DeviceLowRankExperts experts,
        in DeviceExpertOperands o,
        in DeviceExpertPairs pairs,
        int first,
        View hidden,
        View sums)
    {
        var x = o.X.Slice(first, sums.Rows);
        var up = call.Rent(sums.Rows, experts.HiddenWidth);
        _products.Run(call, x, new DeviceProduct { Table = Table(network.Up), Bias = network.UpBias }, up);
        View gate = default;
        if (network.Gate is not null)
        {
            gate = call.Rent(sums.Rows, experts.HiddenWidth);
            _products.Run(call, x, new DeviceProduct { Table = Table(network.Gate), Bias = network.GateBias }, gate);
        }

        var low = Multiply(call, experts.In, pairs, x, isIndexed: true);
        var upDelta = Multiply(call, experts.UpOut, pairs, low, isIndexed: false);
        var gateDelta = Multiply(call, experts.GateOut, pairs, low, isIndexed: false);
        var p = new LowRankParameters
        {
            FirstToken = first,
            Capacity = o.Capacity,
            Width = experts.HiddenWidth,
            Activation = (int)network.Activation.Kind,
            Slope = network.Activation.Slope,
            IsGated = network.Gate is null ? 0 : 1,
            HasUpDelta = upDelta.IsEmpty ? 0 : 1,
            HasGateDelta = gateDelta.IsEmpty ? 0 : 1,
        };
        _hidden.Launcher(
            device.Launch(),
            device.Groups(sums.Rows, experts.HiddenWidth),
            p,
            call.Values<int>(o.Counts),
            pairs.Slots,
            pairs.Factors,
            call.Values<float>(up),
            call.Values<float>(gate),
            call.Values<float>(upDelta),
            call.Values<float>(gateDelta),
            call.Values<float>(hidden),
            call.Values<float>(sums));
    }

    /// <summary>Each pair's row with its expert's matrix; nothing where there are no matrices.</summary>
    private View Multiply(in DeviceCall call, DeviceTable? table, in DeviceExpertPairs pairs, View rows, bool isIndexed)
    {
        if (table is null)
        {
            return default;
        }

        var result = call.Rent(pairs.Count, table.WidestColumns);
        var operands = table.Operands<float, Quad>(call);
        operands.Spans = pairs.Spans;
        operands.Index = pairs.Index;
        operands.Inputs = call.Values<float>(rows);
        operands.Outputs = call.Values<float>(result);
        var p = new TileParameters
        {
            InputStride = rows.Stride,
            OutputStride = result.Stride,
            HasIndex = isIndexed ? 1 : 0,
            IsAligned = DeviceProducts.IsAligned(rows, table) ? 1 : 0,
        };
        _products.Floats.RunSpans(p, operands, pairs.Height, pairs.SpanCount, table.WidestColumns);
        return result;
    }

    private static DeviceTable Table(PackedMatrix matrix) => ((DeviceMatrix)matrix).Table;
}
