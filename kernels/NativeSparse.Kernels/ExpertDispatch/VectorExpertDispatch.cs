using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>
/// Experts in panels and register tiles over row pointers: gathering costs nothing, the routing weight is folded into the hidden row, and
/// the down tiles grow the sums in y itself, expert by expert.
/// </summary>
/// <param name="int8">The version of int8 experts.</param>
/// <param name="int4">The version of int4 experts.</param>
/// <param name="dense">The dense products of a shared network.</param>
internal sealed unsafe class VectorExpertDispatch<TWidth, TVector>(Int8Dispatch int8, Int4Dispatch int4, IDenseMatMul dense) : IExpertDispatch
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Tokens of one pass: bounds the scratch memory, and x and y of a pass stay in the cache.</summary>
    private const int PassTokens = 512;

    public string Version => TWidth.Name;

    public PackedExperts Pack(ExpertWeights weights, Precision precision)
    {
        ExpertArguments.CheckPack(weights);
        return precision switch
        {
            Precision.Float32 or Precision.BFloat16 => new PanelExperts(weights, PanelProduct<TWidth, TVector>.Panel, Version, precision),
            Precision.Int8 => Pack(QuantizedExpertWeights.Round(weights)),
            Precision.Int4 => Pack(QuantizedInt4ExpertWeights.Round(weights)),
            _ => throw DenseArguments.UnknownPrecision(Version, precision),
        };
    }

    public PackedExperts Pack(QuantizedExpertWeights weights)
    {
        ExpertArguments.CheckPack(weights);
        return int8.Pack(weights);
    }

    public PackedExperts Pack(QuantizedInt4ExpertWeights weights, bool hasGroupScales = false)
    {
        ExpertArguments.CheckPack(weights);
        return int4.Pack(weights, hasGroupScales);
    }

    public PackedExperts Slice(in FeedForwardMatrices network, ReadOnlySpan<ExpertSlice> slices)
    {
        ExpertSlices.Check(network, slices);
        RequireOwn(network.Up, "up");
        RequireOwn(network.Gate ?? network.Up, "gate");
        RequireOwn(network.Down, "down");
        return network.Up.Precision == Precision.Int8 ? new Int8SlicedExperts(network, slices) : new SlicedExperts(network, slices);
    }

    public void Run(in Execution execution, View x, in Routing routing, PackedExperts experts, float scale, View y)
    {
        ExpertArguments.CheckRun(x, routing, experts, y);
        switch (experts)
        {
            case Int8Experts integers when integers.Tile.Name == int8.Tile.Name:
                int8.Run(execution, x, routing, integers, scale, y);
                break;
            case Int4Experts integers when integers.Tile.Name == int4.Tile.Name:
                int4.Run(execution, x, routing, integers, scale, y);
                break;
            case FloatExperts { Precision: Precision.Float32 } panels when panels.Panel == PanelProduct<TWidth, TVector>.Panel:
                Run<Float32Weights<TWidth, TVector>>(execution, x, routing, panels, scale, y);
                break;
            case FloatExperts panels when panels.Panel == PanelProduct<TWidth, TVector>.Panel:
                Run<BFloat16Weights<TWidth, TVector>>(execution, x, routing, panels, scale, y);
                break;
            default:
                throw DenseArguments.Foreign(Version, nameof(experts));
        }

        GC.KeepAlive(experts);
    }

    public LowRankExperts Pack(LowRankWeights weights)
    {
        LowRankArguments.CheckPack(weights);
        return new PanelLowRankExperts(weights, PanelProduct<TWidth, TVector>.Panel, Version);
    }

    public void Run(
        in Execution execution, View x, in Routing routing, in FeedForwardMatrices network, LowRankExperts experts, float scale, View y)
    {
        var own = experts as PanelLowRankExperts;
        LowRankArguments.CheckRun(x, routing, network, experts, own?.GateIn.Length > 0, y);
        if (own is null || own.Panel != PanelProduct<TWidth, TVector>.Panel)
        {
            throw DenseArguments.Foreign(Version, nameof(experts));
        }

        VectorLowRankDispatch<TWidth, TVector>.Run(dense, execution, x, routing, network, own, scale, y);
        GC.KeepAlive(own);
    }

    private void RequireOwn(PackedMatrix matrix, string operand)
    {
        var isOwn = matrix is PanelMatrix panels
            ? panels.Shape.Panel == PanelProduct<TWidth, TVector>.Panel
            : matrix is Int8Matrix integers && integers.Tile.Name == int8.Tile.Name;
        if (!isOwn)
        {
            throw DenseArguments.Foreign(Version, operand);
        }
    }

    private static void Run<TWeights>(in Execution execution, View x, in Routing routing, FloatExperts packed, float scale, View y)
        where TWeights : struct, IPanelWeights<TVector>
    {
        for (var first = 0; first < x.Rows; first += PassTokens)
        {
            execution.Cancellation.ThrowIfCancellationRequested();
            using var scope = execution.Scratch.Enter();
            var count = Math.Min(PassTokens, x.Rows - first);
            var bins = ExpertBins.Rent(
                execution.Scratch, routing, first, count, packed.Experts, PanelProduct<TWidth, TVector>.MaxRows, scale);
            if (bins.Pairs > 0)
            {
                RunPass<TWeights>(execution, x.Slice(first, count), bins, packed, y.Slice(first, count));
            }
        }
    }

    private static void RunPass<TWeights>(in Execution execution, View x, in ExpertBins bins, FloatExperts experts, View y)
        where TWeights : struct, IPanelWeights<TVector>
    {
        var isSerial = execution.Splitter.Threads == 1;
        var rows = isSerial ? PanelProduct<TWidth, TVector>.MaxRows : bins.Pairs;
        var pass = new ExpertPass<TWidth, TVector, TWeights>
        {
            X = x,
            Y = y,
            Bins = bins,
            Experts = experts,
            DownPanels = experts[0].DownShape.Panels,
            Hidden = execution.Scratch.Rent(rows, experts.HiddenStride),
            Ungated = experts.IsGated ? execution.Scratch.Rent(rows, experts.HiddenStride) : default,
            Cancellation = execution.Cancellation,
        };
        if (isSerial)
        {
            pass.RunSerial();
            return;
        }

        var up = WorkShare.Up(bins, experts, experts.IsGated, experts.Panel, execution.Splitter.Threads);
        pass.UpGroups = up.Groups;
        pass.UpChunks = up.Chunks;
        execution.Splitter.Run(pass.UpChunks, &ExpertPass<TWidth, TVector, TWeights>.RunUpChunk, ref pass);
        pass.DownChunks = WorkShare.Down(bins, experts, experts.Panel, execution.Splitter.Threads);
        execution.Splitter.Run(pass.DownChunks, &ExpertPass<TWidth, TVector, TWeights>.RunDownChunk, ref pass);
    }
}
