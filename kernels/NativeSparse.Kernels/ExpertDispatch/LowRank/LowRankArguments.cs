namespace NativeSparse.Kernels;

/// <summary>The checks of low-rank deltas.</summary>
internal static class LowRankArguments
{
    public static void CheckPack(LowRankWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.Experts, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.InputWidth, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.HiddenWidth, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.OutputWidth, nameof(weights));
        ArgumentOutOfRangeException.ThrowIfNegativeOrZero(weights.Rank, nameof(weights));
        if (!float.IsFinite(weights.Scale))
        {
            throw new ArgumentOutOfRangeException(nameof(weights), weights.Scale, "the scale of the deltas must be finite");
        }

        var (e, d, h, o, r) = ((long)weights.Experts, (long)weights.InputWidth, (long)weights.HiddenWidth, (long)weights.OutputWidth, (long)weights.Rank);
        CheckPair("up", weights.UpIn.Length, e * d * r, weights.UpOut.Length, e * r * h);
        CheckPair("gate", weights.GateIn.Length, e * d * r, weights.GateOut.Length, e * r * h);
        CheckPair("down", weights.DownIn.Length, e * h * r, weights.DownOut.Length, e * r * o);
    }

    public static void CheckRun(View x, in Routing routing, in FeedForwardMatrices network, LowRankExperts experts, bool hasGateDelta, View y)
    {
        ArgumentNullException.ThrowIfNull(experts);
        experts.ThrowIfDisposed();
        DenseArguments.CheckRun(x, network, y);
        ExpertArguments.CheckRouting(x.Rows, routing, experts.Experts);
        if (experts.InputWidth != network.Up.InputWidth || experts.HiddenWidth != network.Up.OutputWidth || experts.OutputWidth != network.Down.OutputWidth)
        {
            throw new ShapeMismatchException(
                "experts",
                $"deltas of a network {network.Up.InputWidth} x {network.Up.OutputWidth} x {network.Down.OutputWidth}",
                $"{experts.InputWidth} x {experts.HiddenWidth} x {experts.OutputWidth}");
        }

        if (hasGateDelta && network.Gate is null)
        {
            throw new ShapeMismatchException("gate", "a gated network, as the deltas have one for the gate", "a plain network");
        }
    }

    private static void CheckPair(string projection, long inLength, long inExpected, long outLength, long outExpected)
    {
        if (inLength == 0 && outLength == 0)
        {
            return;
        }

        if (inLength != inExpected || outLength != outExpected)
        {
            throw new ShapeMismatchException(
                $"{projection}In, {projection}Out", $"{inExpected} and {outExpected} values, or none", $"{inLength} and {outLength} values");
        }
    }
}
