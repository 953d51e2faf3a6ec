namespace NativeSparse.Kernels;

/// <summary>The specification: every chosen expert runs its whole network, each projection with its delta.</summary>
internal static unsafe class ReferenceLowRankDispatch
{
    public static void Run(
        IDenseMatMul dense, in Execution execution, View x, in Routing routing, in FeedForwardMatrices network, LowRankWeights deltas, float scale, View y)
    {
        using var scope = execution.Scratch.Enter();
        var (d, h, o, r) = (deltas.InputWidth, deltas.HiddenWidth, deltas.OutputWidth, deltas.Rank);
        var up = execution.Scratch.Rent(1, h);
        var gate = execution.Scratch.Rent(1, h);
        var output = execution.Scratch.Rent(1, o);
        var low = new Span<float>(execution.Scratch.Rent(1, r).Row(0), r);
        var delta = new Span<float>(execution.Scratch.Rent(1, Math.Max(h, o)).Row(0), Math.Max(h, o));
        for (var t = 0; t < x.Rows; t++)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            var row = new ReadOnlySpan<float>(x.Row(t), d);
            for (var i = 0; i < routing.Counts.RowInt32(0)[t]; i++)
            {
                var expert = routing.Experts.RowInt32(t)[i];
                var hidden = new Span<float>(up.Row(0), h);
                dense.Run(execution, x.Slice(t, 1), network.Up, new Epilogue { Bias = network.UpBias }, up);
                Add(row, deltas.UpIn, deltas.UpOut, expert, deltas, low, delta[..h], hidden);
                if (network.Gate is null)
                {
                    Activate(network.Activation, hidden);
                }
                else
                {
                    var gates = new Span<float>(gate.Row(0), h);
                    dense.Run(execution, x.Slice(t, 1), network.Gate, new Epilogue { Bias = network.GateBias }, gate);
                    Add(row, deltas.GateIn, deltas.GateOut, expert, deltas, low, delta[..h], gates);
                    Activate(network.Activation, gates);
                    for (var n = 0; n < h; n++)
                    {
                        hidden[n] *= gates[n];
                    }
                }

                var outputs = new Span<float>(output.Row(0), o);
                dense.Run(execution, up, network.Down, new Epilogue { Bias = network.DownBias }, output);
                Add(hidden, deltas.DownIn, deltas.DownOut, expert, deltas, low, delta[..o], outputs);
                var weight = routing.Weights.Row(t)[i] * scale;
                for (var n = 0; n < o; n++)
                {
                    y.Row(t)[n] = MathF.FusedMultiplyAdd(weight, outputs[n], y.Row(t)[n]);
                }
            }
        }
    }

    private static void Add(
        ReadOnlySpan<float> x, ReadOnlyMemory<float> into, ReadOnlyMemory<float> outOf, int expert, LowRankWeights deltas, Span<float> low, Span<float> delta, Span<float> sums)
    {
        if (into.IsEmpty)
        {
            return;
        }

        ReferenceDenseMatMul.Multiply(x, Part(into, expert, deltas.Experts), low);
        ReferenceDenseMatMul.Multiply(low, Part(outOf, expert, deltas.Experts), delta);
        for (var n = 0; n < sums.Length; n++)
        {
            sums[n] = MathF.FusedMultiplyAdd(deltas.Scale, delta[n], sums[n]);
        }
    }

    private static ReadOnlySpan<float> Part(ReadOnlyMemory<float> all, int expert, int experts) =>
        all.Span.Slice(all.Length / experts * expert, all.Length / experts);

    private static void Activate(Activation activation, Span<float> values)
    {
        foreach (ref var value in values)
        {
            value = ReferenceActivation.Apply(activation, value);
        }
    }
}
