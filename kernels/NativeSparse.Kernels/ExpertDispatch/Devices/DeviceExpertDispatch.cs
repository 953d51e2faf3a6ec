using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>
/// Experts on a device: pairs are sorted there, one launch multiplies the pairs of all experts, and nothing comes back to the host between.
/// </summary>
internal sealed class DeviceExpertDispatch(Device device) : IExpertDispatch
{
    /// <summary>Values of the largest intermediate matrix of one pass.</summary>
    private const long PassValues = 1 << 25;

    private readonly DeviceProducts _products = new(device);
    private readonly DeviceKernel<BinLauncher> _bin = new(device, KernelMethods.ExpertBins);
    private readonly DeviceKernel<SumLauncher> _sum = new(device, KernelMethods.ExpertSums);
    private readonly DeviceKernel<Int8SumLauncher> _sumInt8 = new(device, KernelMethods.ExpertSumsInt8);
    private readonly DeviceKernel<RoundLauncher> _round = new(device, KernelMethods.ExpertRounding);

    private delegate void BinLauncher(
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

    public string Version => DeviceDenseMatMul.VersionName;

    public PackedExperts Pack(ExpertWeights weights, Precision precision)
    {
        ExpertArguments.CheckPack(weights);
        return precision switch
        {
            Precision.Float32 or Precision.BFloat16 => new DeviceExperts(device, weights, precision),
            Precision.Int8 => Pack(QuantizedExpertWeights.Round(weights)),
            _ => throw DeviceProducts.UnknownPrecision(device, precision),
        };
    }

    public PackedExperts Pack(QuantizedExpertWeights weights)
    {
        ExpertArguments.CheckPack(weights);
        return new DeviceExperts(device, weights);
    }

    public PackedExperts Pack(QuantizedInt4ExpertWeights weights, bool hasGroupScales = false)
    {
        ExpertArguments.CheckPack(weights);
        throw DeviceProducts.UnknownPrecision(device, Precision.Int4);
    }

    /// <summary>Copies the ranges: a device's products want each expert's columns side by side.</summary>
    public PackedExperts Slice(in FeedForwardMatrices network, ReadOnlySpan<ExpertSlice> slices)
    {
        ExpertSlices.Check(network, slices);
        foreach (var matrix in (ReadOnlySpan<PackedMatrix>)[network.Up, network.Gate ?? network.Up, network.Down])
        {
            if (!(matrix is DeviceMatrix own && own.Table.Device == device))
            {
                throw DenseArguments.Foreign(device.Name, nameof(network));
            }
        }

        return network.Up.Precision == Precision.Int8
            ? Pack(ExpertSlices.CopyInt8(network, slices))
            : Pack(ExpertSlices.Copy(network, slices), network.Up.Precision);
    }

    public void Run(in Execution execution, View x, in Routing routing, PackedExperts experts, float scale, View y)
    {
        ExpertArguments.CheckRun(x, routing, experts, y);
        var own = experts is DeviceExperts packed && packed.Device == device ? packed : throw DenseArguments.Foreign(device.Name, nameof(experts));
        execution.Cancellation.ThrowIfCancellationRequested();
        if (x.Rows == 0 || routing.Experts.Columns == 0)
        {
            return;
        }

        try
        {
            using var call = new DeviceCall(device);
            var result = call.Update(y);
            var operands = new ExpertOperands
            {
                X = call.Read(x),
                Y = result,
                Counts = call.Read(routing.Counts),
                Experts = call.Read(routing.Experts),
                Weights = call.Read(routing.Weights),
                Capacity = routing.Experts.Columns,
                Scale = scale,
            };
            var widest = Math.Max(own.HiddenStride, own.OutputWidth);
            var block = (int)Math.Clamp(PassValues / ((long)operands.Capacity * widest), 1, x.Rows);
            for (var first = 0; first < x.Rows; first += block)
            {
                execution.Cancellation.ThrowIfCancellationRequested();
                using var scope = device.Workspace.Enter();
                Pass(call, own, operands, first, Math.Min(block, x.Rows - first));
            }

            call.Finish();
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, failure);
        }
    }

    public LowRankExperts Pack(LowRankWeights weights) => throw NoLowRank();

    public void Run(
        in Execution execution, View x, in Routing routing, in FeedForwardMatrices network, LowRankExperts experts, float scale, View y) =>
        throw NoLowRank();

    private NotSupportedException NoLowRank() => new($"{device.Name} has no experts of low-rank deltas; 'cpu' has");

    private void Pass(in DeviceCall call, DeviceExperts experts, in ExpertOperands o, int first, int tokens)
    {
        var pairs = tokens * o.Capacity;
        var height = _products.Floats.SpanRows(((long)pairs + experts.Experts - 1) / experts.Experts);
        var spanCount = (pairs / height) + experts.Experts;
        var index = call.Values<int>(call.RentInt32(1, pairs));
        var factors = call.Values<float>(call.Rent(1, pairs));
        var slots = call.Values<int>(call.RentInt32(1, pairs));
        var spans = call.Values<TileSpan>(call.RentInt32(1, 3 * spanCount));
        var bins = new ExpertBinParameters
        {
            FirstToken = first,
            Tokens = tokens,
            Capacity = o.Capacity,
            ExpertStride = o.Experts.Stride,
            WeightStride = o.Weights.Stride,
            Height = height,
            Experts = experts.Experts,
            Spans = spanCount,
            Scale = o.Scale,
        };
        _bin.Launcher(
            device.Launch(),
            Groups(experts.Experts, 1),
            bins,
            call.Values<int>(o.Counts),
            call.Values<int>(o.Experts),
            call.Values<float>(o.Weights),
            index,
            factors,
            slots,
            spans);
        var sorted = new ExpertPairs { Index = index, Factors = factors, Slots = slots, Spans = spans, SpanCount = spanCount, Height = height, Count = pairs };
        switch (experts.Precision)
        {
            case Precision.Float32:
                RunFloat(_products.Floats, call, experts, o, sorted, first, tokens);
                break;
            case Precision.BFloat16:
                RunFloat(_products.Halves, call, experts, o, sorted, first, tokens);
                break;
            default:
                RunInt8(call, experts, o, sorted, first, tokens);
                break;
        }
    }

    private void RunFloat<TFormat, TWeight>(
        TileProducts<TFormat, float, TWeight> products, in DeviceCall call, DeviceExperts experts, in ExpertOperands o, in ExpertPairs pairs, int first, int tokens)
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
            Groups(tokens, experts.OutputWidth),
            SumParameters(experts, o, first),
            call.Values<int>(o.Counts),
            pairs.Slots,
            pairs.Factors,
            call.Values<float>(outputs),
            call.Values<float>(o.Y));
    }

    private void RunInt8(in DeviceCall call, DeviceExperts experts, in ExpertOperands o, in ExpertPairs pairs, int first, int tokens)
    {
        var x = o.X.Slice(first, tokens);
        var (words, wordStride, quanta) = _products.RoundOnce(call, x, experts.Up);
        var hidden = call.Rent(pairs.Count, experts.HiddenStride);
        var up = Operands<int, int>(call, experts.Up, pairs, experts.UpBias, experts.Experts * experts.UpColumns);
        up.Inputs = words;
        up.RowQuanta = quanta;
        up.Outputs = call.Values<float>(hidden);
        var p = UpParameters(experts, wordStride);
        p.Quanta = 1;
        p.IsAligned = experts.Up.HasWholeGroups ? 1 : 0;
        _products.Integers.RunSpans(p, up, pairs.Height, pairs.SpanCount, experts.UpColumns);

        var rounded = call.Values<int>(call.RentInt32(pairs.Count, experts.HiddenStride / 4));
        var hiddenQuanta = call.Values<RowQuantum>(call.RentInt32(1, 2 * tokens));
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
            Groups(tokens, 1),
            r,
            call.Values<int>(o.Counts),
            call.Values<int>(o.Experts),
            pairs.Slots,
            pairs.Factors,
            call.Values<int>(experts.Widths, experts.Experts),
            call.Values<float>(hidden),
            rounded,
            hiddenQuanta);

        var outputs = call.RentInt32(pairs.Count, experts.OutputWidth);
        var down = Operands<int, int>(call, experts.Down, pairs, 0, 0);
        down.Inputs = rounded;
        down.Outputs = call.Values<float>(outputs);
        var q = new TileParameters { InputStride = experts.HiddenStride / 4, OutputStride = outputs.Stride, IsRaw = 1, IsAligned = experts.Down.HasWholeGroups ? 1 : 0 };
        _products.Integers.RunSpans(q, down, pairs.Height, pairs.SpanCount, experts.OutputWidth);
        _sumInt8.Launcher(
            device.Launch(),
            Groups(tokens, experts.OutputWidth),
            SumParameters(experts, o, first),
            call.Values<int>(o.Counts),
            call.Values<int>(o.Experts),
            pairs.Slots,
            pairs.Factors,
            call.Values<int>(outputs),
            hiddenQuanta,
            down.ColumnQuanta,
            Bias(call, experts.ExpertBias, experts.Experts * experts.OutputWidth),
            call.Values<float>(o.Y));
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

    private static ExpertSumParameters SumParameters(DeviceExperts experts, in ExpertOperands o, int first) => new()
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
        in DeviceCall call, DeviceTable table, in ExpertPairs pairs, nint bias, int biasCount)
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var operands = table.Operands<TInput, TWeight>(call);
        operands.Spans = pairs.Spans;
        operands.Index = pairs.Index;
        operands.RowQuanta = call.Values<RowQuantum>(default);
        operands.Bias = Bias(call, bias, biasCount);
        operands.Multiplier = call.Values<float>(default);
        return operands;
    }

    private KernelConfig Groups(int lines, int outputs) =>
        new(new Index3D(lines, (outputs + device.GroupThreads - 1) / device.GroupThreads, 1), new Index3D(device.GroupThreads, 1, 1));

    /// <summary>What a call reads and writes, on the device.</summary>
    private readonly record struct ExpertOperands(View X, View Y, View Counts, View Experts, View Weights, int Capacity, float Scale);

    /// <summary>The pairs of a pass, sorted.</summary>
    private readonly struct ExpertPairs
    {
        public required ArrayView<int> Index { get; init; }

        public required ArrayView<float> Factors { get; init; }

        public required ArrayView<int> Slots { get; init; }

        public required ArrayView<TileSpan> Spans { get; init; }

        public required int SpanCount { get; init; }

        /// <summary>Most rows of a span.</summary>
        public required int Height { get; init; }

        public required int Count { get; init; }
    }
}
