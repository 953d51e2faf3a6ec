using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>Some tokens through their experts on a device: pairs sorted, up and gate, down, weighted sums; rounding between at int8.</summary>
internal sealed class DeviceExpertPass(Device device)
{
    private readonly DeviceProducts _products = new(device);
    private readonly DeviceExpertBins _bins = new(device);
    private readonly DeviceKernel<SumLauncher> _sum = new(device, KernelMethods.ExpertSums);
    private readonly DeviceKernel<Int8SumLauncher> _sumInt8 = new(device, KernelMethods.ExpertSumsInt8);
    private readonly DeviceKernel<RoundLauncher> _round = new(device, KernelMethods.ExpertRounding);

    private delegate void SumLauncher(
        AcceleratorStream stream,
        KernelConfig config,
        ExpertSumParameters parameters,
        ArrayView<int> counts,
        ArrayView<int> slots,
        ArrayView<float> factors,
        ArrayView<float> outputs,
        ArrayView<float> y);

    private delegate void Int8SumLauncher(
        AcceleratorStream stream,
        KernelConfig config,
        ExpertSumParameters parameters,
        ArrayView<int> counts,
        ArrayView<int> experts,
        ArrayView<int> slots,
        ArrayView<float> factors,
        ArrayView<int> outputs,
        ArrayView<RowQuantum> quanta,
        ArrayView<ColumnQuantum> columns,
        ArrayView<float> bias,
        ArrayView<float> y);

    private delegate void RoundLauncher(
        AcceleratorStream stream,
        KernelConfig config,
        ExpertRoundParameters parameters,
        ArrayView<int> counts,
        ArrayView<int> experts,
        ArrayView<int> slots,
        ArrayView<float> factors,
        ArrayView<int> widths,
        ArrayView<float> hidden,
        ArrayView<int> words,
        ArrayView<RowQuantum> quanta);

    /// <summary>Adds the outputs of some tokens.</summary>
    public void Run(in DeviceCall call, DeviceExperts experts, in DeviceExpertOperands o, int first, int tokens)
    {
        var pairs = tokens * o.Capacity;
        var height = _products.SpanRows(experts.Precision, ((long)pairs + experts.Experts - 1) / experts.Experts);
        if (experts.Precision == Precision.Int8)
        {
            var (binned, rounded) = _bins.SortInt8(call, o, experts, first, tokens, height);
            RunInt8(call, experts, o, binned, rounded, first, tokens);
            return;
        }

        var sorted = _bins.Sort(call, o, experts.Experts, first, tokens, height);
        if (experts.Precision == Precision.Float32)
        {
            RunFloat(_products.Floats, call, experts, o, sorted, first, tokens);
        }
        else
        {
            RunFloat(_products.Halves, call, experts, o, sorted, first, tokens);
        }
    }

    private void RunFloat<TFormat, TWeight>(
        TileProducts<TFormat, float, TWeight> products, in DeviceCall call, DeviceExperts experts, in DeviceExpertOperands o, in DeviceExpertPairs pairs, int first, int tokens)
        where TFormat : unmanaged, ITileFormat<float, TWeight>
        where TWeight : unmanaged
    {
        var x = o.X.Slice(first, tokens);
        var hidden = call.Rent(pairs.Count, experts.HiddenStride);
        var outputs = call.Rent(pairs.Count, experts.OutputWidth);
        var up = Operands<float, TWeight>(call, experts.Up, pairs, experts.UpBias, experts.Experts * experts.UpColumns);
        up.Inputs = call.Values<float>(x);
        up.Outputs = call.Values<float>(hidden);
        var p = UpParameters(experts, x.Stride);
        p.IsAligned = DeviceProducts.IsAligned(x, experts.Up) ? 1 : 0;
        products.RunSpans(p, up, pairs.Height, pairs.SpanCount, experts.UpColumns);
        var down = Operands<float, TWeight>(call, experts.Down, pairs, experts.ExpertBias, experts.Experts * experts.OutputWidth);
        down.Inputs = call.Values<float>(hidden);
        down.Outputs = call.Values<float>(outputs);
        var q = new TileParameters
        {
            InputStride = hidden.Stride,
            OutputStride = outputs.Stride,
            HasBias = experts.ExpertBias == 0 ? 0 : 1,
            IsAligned = experts.Down.HasWholeGroups ? 1 : 0,
        };
        products.RunSpans(q, down, pairs.Height, pairs.SpanCount, experts.OutputWidth);
        _sum.Launcher(
            device.Launch(),
            device.Groups(tokens, experts.OutputWidth),
            SumParameters(experts, o, first),
            call.Values<int>(o.Counts),
            pairs.Slots,
            pairs.Factors,
            call.Values<float>(outputs),
            call.Values<float>(o.Y));
    }

    private void RunInt8(
        in DeviceCall call, DeviceExperts experts, in DeviceExpertOperands o, in DeviceExpertPairs pairs, in RoundedRows x, int first, int tokens)
    {
        var isTensor = _products.Integers.IsTensor(pairs.Height);
        var hidden = call.Rent(pairs.Count, experts.HiddenStride);
        var up = Operands<int, int>(call, experts.Up, pairs, experts.UpBias, experts.Experts * experts.UpColumns);
        up.Inputs = x.Words;
        up.RowQuanta = x.Quanta;
        up.Outputs = call.Values<float>(hidden);
        var p = UpParameters(experts, x.Stride);
        p.Quanta = 1;
        p.IsAligned = experts.Up.HasWholeGroups ? 1 : 0;
        RowRanges ranges = default;
        if (!isTensor)
        {
            var parts = TileProducts<IntegerTile, int, int>.Parts(pairs.Height, experts.UpColumns);
            ranges = new RowRanges(call.Values<RowRange>(call.RentInt32(pairs.Count, 2 * parts)), parts);
            up.OutputRanges = ranges.Values;
            up.Factors = pairs.Factors;
            (p.KeepsRanges, p.HasFactors) = (1, 1);
        }

        _products.Integers.RunSpans(p, up, pairs.Height, pairs.SpanCount, experts.UpColumns);
        var outputs = call.RentInt32(pairs.Count, experts.OutputWidth);
        var hiddenQuanta = call.Values<RowQuantum>(call.RentInt32(1, 2 * pairs.Count));
        if (isTensor)
        {
            MultiplyRounded(call, experts, o, pairs, hidden, hiddenQuanta, outputs, first, tokens);
        }
        else
        {
            var down = Operands<float, int>(call, experts.Down, pairs, 0, 0);
            down.Inputs = call.Values<float>(hidden);
            down.RowQuanta = hiddenQuanta;
            down.Outputs = call.Values<float>(outputs);
            down.Ranges = ranges.Values;
            down.Counts = call.Values<int>(o.Counts).SubView(first, tokens);
            down.Slots = pairs.Slots;
            var q = new TileParameters
            {
                InputStride = hidden.Stride,
                OutputStride = outputs.Stride,
                IsRaw = 1,
                IsToken = 1,
                Capacity = o.Capacity,
                RangeParts = ranges.Parts,
                IsAligned = experts.Down.HasWholeGroups ? 1 : 0,
            };
            _products.Rounding.RunSpans(q, down, pairs.Height, pairs.SpanCount, experts.OutputWidth);
        }

        _sumInt8.Launcher(
            device.Launch(),
            device.Groups(tokens, experts.OutputWidth),
            SumParameters(experts, o, first),
            call.Values<int>(o.Counts),
            call.Values<int>(o.Experts),
            pairs.Slots,
            pairs.Factors,
            call.Values<int>(outputs),
            hiddenQuanta,
            experts.Down.Operands<int, int>(call).ColumnQuanta,
            Bias(call, experts.ExpertBias, experts.Experts * experts.OutputWidth),
            call.Values<float>(o.Y));
    }

    /// <summary>Hidden values rounded by a launch, and the down product of words: for tensor cores.</summary>
    private void MultiplyRounded(
        in DeviceCall call,
        DeviceExperts experts,
        in DeviceExpertOperands o,
        in DeviceExpertPairs pairs,
        View hidden,
        ArrayView<RowQuantum> quanta,
        View outputs,
        int first,
        int tokens)
    {
        var rounded = call.Values<int>(call.RentInt32(pairs.Count, experts.HiddenStride / 4));
        var r = new ExpertRoundParameters
        {
            FirstToken = first,
            Capacity = o.Capacity,
            ExpertStride = o.Experts.Stride,
            Stride = hidden.Stride,
            Words = experts.HiddenStride / 4,
        };
        _round.Launcher(
            device.Launch(),
            device.Groups(tokens, 1),
            r,
            call.Values<int>(o.Counts),
            call.Values<int>(o.Experts),
            pairs.Slots,
            pairs.Factors,
            call.Values<int>(experts.Widths, experts.Experts),
            call.Values<float>(hidden),
            rounded,
            quanta);
        var down = Operands<int, int>(call, experts.Down, pairs, 0, 0);
        down.Inputs = rounded;
        down.Outputs = call.Values<float>(outputs);
        var q = new TileParameters
        {
            InputStride = experts.HiddenStride / 4,
            OutputStride = outputs.Stride,
            IsRaw = 1,
            IsAligned = experts.Down.HasWholeGroups ? 1 : 0,
        };
        _products.Integers.RunSpans(q, down, pairs.Height, pairs.SpanCount, experts.OutputWidth);
    }

    private static TileParameters UpParameters(DeviceExperts experts, int inputStride) => new()
    {
        InputStride = inputStride,
        OutputStride = experts.HiddenStride,
        HasIndex = 1,
        HasBias = experts.UpBias == 0 ? 0 : 1,
        IsGated = experts.IsGated ? 1 : 0,
        Activation = (int)experts.Activation.Kind,
        Slope = experts.Activation.Slope,
    };

    private static ExpertSumParameters SumParameters(DeviceExperts experts, in DeviceExpertOperands o, int first) => new()
    {
        FirstToken = first,
        Capacity = o.Capacity,
        ExpertStride = o.Experts.Stride,
        Outputs = experts.OutputWidth,
        Stride = o.Y.Stride,
        HasBias = experts.ExpertBias == 0 ? 0 : 1,
    };

    private static ArrayView<float> Bias(in DeviceCall call, nint address, int count) =>
        address == 0 ? call.Values<float>(default) : call.Values<float>(address, count);

    private static TileOperands<TInput, TWeight> Operands<TInput, TWeight>(
        in DeviceCall call, DeviceTable table, in DeviceExpertPairs pairs, nint bias, int biasCount)
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var operands = table.Operands<TInput, TWeight>(call);
        operands.Spans = pairs.Spans;
        operands.Index = pairs.Index;
        operands.Bias = Bias(call, bias, biasCount);
        return operands;
    }
}
