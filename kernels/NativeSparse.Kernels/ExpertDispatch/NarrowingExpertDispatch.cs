namespace NativeSparse.Kernels;

/// <summary>Holds experts whose neurons would leave half of a wide panel empty in the next narrower panels.</summary>
internal sealed class NarrowingExpertDispatch(IExpertDispatch wide, int widePanel, IExpertDispatch narrow, int narrowPanel) : IExpertDispatch
{
    public string Version => wide.Version;

    public PackedExperts Pack(ExpertWeights weights, Precision precision)
    {
        ExpertArguments.CheckPack(weights);
        if (precision is not (Precision.Float32 or Precision.BFloat16))
        {
            return wide.Pack(weights, precision);
        }

        var isWasteful = RoundUp(weights.ExpertWidth, narrowPanel) < RoundUp(weights.ExpertWidth, widePanel);
        return (isWasteful ? narrow : wide).Pack(weights, precision);
    }

    public PackedExperts Pack(QuantizedExpertWeights weights) => wide.Pack(weights);

    public PackedExperts Pack(QuantizedInt4ExpertWeights weights, bool hasGroupScales = false) => wide.Pack(weights, hasGroupScales);

    public PackedExperts Slice(in FeedForwardMatrices network, ReadOnlySpan<ExpertSlice> slices) => wide.Slice(network, slices);

    public void Run(in Execution execution, View x, in Routing routing, PackedExperts experts, float scale, View y)
    {
        var isNarrow = experts is FloatExperts panels && panels.Panel == narrowPanel;
        (isNarrow ? narrow : wide).Run(execution, x, routing, experts, scale, y);
    }

    public LowRankExperts Pack(LowRankWeights weights) => wide.Pack(weights);

    public void Run(
        in Execution execution, View x, in Routing routing, in FeedForwardMatrices network, LowRankExperts experts, float scale, View y) =>
        wide.Run(execution, x, routing, network, experts, scale, y);

    private static int RoundUp(int value, int unit) => (value + unit - 1) / unit * unit;
}
