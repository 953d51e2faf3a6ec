namespace NativeSparse.Kernels;

/// <summary>The specification: token by token, expert by expert, in plain loops.</summary>
internal sealed unsafe class ReferenceExpertDispatch : IExpertDispatch
{
    private readonly ReferenceDenseMatMul _dense = new();

    public string Version => ReferenceBackend.VersionName;

    public PackedExperts Pack(ExpertWeights weights, Precision precision)
    {
        ExpertArguments.CheckPack(weights);
        return precision switch
        {
            Precision.Float32 or Precision.BFloat16 => new ReferenceExperts(weights, precision),
            Precision.Int8 => Pack(QuantizedExpertWeights.Round(weights)),
            Precision.Int4 => Pack(QuantizedInt4ExpertWeights.Round(weights)),
            _ => throw DenseArguments.UnknownPrecision(Version, precision),
        };
    }

    public PackedExperts Pack(QuantizedExpertWeights weights)
    {
        ExpertArguments.CheckPack(weights);
        return new ReferenceInt8Experts(weights);
    }

    public PackedExperts Pack(QuantizedInt4ExpertWeights weights, bool hasGroupScales = false)
    {
        ExpertArguments.CheckPack(weights);
        return new ReferenceInt4Experts(weights, hasGroupScales);
    }

    public PackedExperts Slice(in FeedForwardMatrices network, ReadOnlySpan<ExpertSlice> slices)
    {
        ExpertSlices.Check(network, slices);
        RequireOwn(network.Up, "up");
        RequireOwn(network.Gate ?? network.Up, "gate");
        RequireOwn(network.Down, "down");
        return network.Up.Precision == Precision.Int8
            ? new ReferenceInt8Experts(ExpertSlices.CopyInt8(network, slices))
            : new ReferenceExperts(ExpertSlices.Copy(network, slices), network.Up.Precision);
    }

    public void Run(in Execution execution, View x, in Routing routing, PackedExperts experts, float scale, View y)
    {
        ExpertArguments.CheckRun(x, routing, experts, y);
        if (experts is ReferenceInt8Experts integers)
        {
            ReferenceInt8Dispatch.Run(execution, x, routing, integers.Weights, scale, y);
            return;
        }

        if (experts is ReferenceInt4Experts halfBytes)
        {
            ReferenceInt4Dispatch.Run(execution, x, routing, halfBytes, scale, y);
            return;
        }

        var weights = experts is ReferenceExperts own ? own.Weights : throw DenseArguments.Foreign(Version, nameof(experts));
        using var scope = execution.Scratch.Enter();
        var up = new Span<float>(execution.Scratch.Rent(1, weights.ExpertWidth).Row(0), weights.ExpertWidth);
        var gate = new Span<float>(execution.Scratch.Rent(1, weights.ExpertWidth).Row(0), weights.ExpertWidth);
        var output = new Span<float>(execution.Scratch.Rent(1, weights.OutputWidth).Row(0), weights.OutputWidth);
        for (var t = 0; t < x.Rows; t++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            var row = new ReadOnlySpan<float>(x.Row(t), x.Columns);
            for (var i = 0; i < routing.Counts.RowInt32(0)[t]; i++)
            {
                var expert = routing.Experts.RowInt32(t)[i];
                RunExpert(weights, expert, row, up, gate, output);
                var weight = routing.Weights.Row(t)[i] * scale;
                for (var o = 0; o < output.Length; o++)
                {
                    y.Row(t)[o] = MathF.FusedMultiplyAdd(weight, output[o], y.Row(t)[o]);
                }
            }
        }
    }

    public LowRankExperts Pack(LowRankWeights weights)
    {
        LowRankArguments.CheckPack(weights);
        return new ReferenceLowRankExperts(weights);
    }

    public void Run(
        in Execution execution, View x, in Routing routing, in FeedForwardMatrices network, LowRankExperts experts, float scale, View y)
    {
        var own = experts as ReferenceLowRankExperts;
        LowRankArguments.CheckRun(x, routing, network, experts, own?.Weights.GateIn.IsEmpty == false, y);
        ReferenceLowRankDispatch.Run(
            _dense, execution, x, routing, network, own?.Weights ?? throw DenseArguments.Foreign(Version, nameof(experts)), scale, y);
    }

    private void RequireOwn(PackedMatrix matrix, string operand)
    {
        if (matrix is not (ReferenceMatrix or ReferenceInt8Matrix))
        {
            throw DenseArguments.Foreign(Version, operand);
        }
    }

    private static void RunExpert(
        ExpertWeights weights, int expert, ReadOnlySpan<float> row, Span<float> up, Span<float> gate, Span<float> output)
    {
        ReferenceDenseMatMul.Multiply(row, Part(weights.Up, expert, weights.Experts), up);
        AddBias(up, Part(weights.UpBias, expert, weights.Experts));
        if (weights.Gate.IsEmpty)
        {
            Activate(weights.Activation, up);
        }
        else
        {
            ReferenceDenseMatMul.Multiply(row, Part(weights.Gate, expert, weights.Experts), gate);
            AddBias(gate, Part(weights.GateBias, expert, weights.Experts));
            Activate(weights.Activation, gate);
            for (var b = 0; b < up.Length; b++)
            {
                up[b] *= gate[b];
            }
        }

        ReferenceDenseMatMul.Multiply(up, Part(weights.Down, expert, weights.Experts), output);
        AddBias(output, Part(weights.ExpertBias, expert, weights.Experts));
    }

    private static ReadOnlySpan<float> Part(ReadOnlyMemory<float> all, int expert, int experts) =>
        all.Span.Slice(all.Length / experts * expert, all.Length / experts);

    private static void AddBias(Span<float> values, ReadOnlySpan<float> bias)
    {
        for (var i = 0; i < bias.Length; i++)
        {
            values[i] += bias[i];
        }
    }

    private static void Activate(Activation activation, Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = ReferenceActivation.Apply(activation, value);
        }
    }
}
