using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>What experts run, as shares of the dense network.</summary>
internal static class ExpertsCost
{
    /// <summary>Share of the dense network's hidden neurons that run for a token, from measured choices <c>[N, E]</c>.</summary>
    public static double ActiveShare(ExpertsParameters parameters, FeedForwardWeights weights, bool[] active)
    {
        double neurons = 0;
        for (var i = 0; i < active.Length; i++)
        {
            neurons += active[i] ? Width(parameters, i % parameters.Experts) : 0;
        }

        return neurons / (active.Length / parameters.Experts) / weights.HiddenWidth;
    }

    /// <summary>The same without data: k experts of mean width.</summary>
    public static double ExpectedShare(ExpertsParameters parameters, FeedForwardWeights weights)
    {
        var all = Enumerable.Range(0, parameters.Experts).Sum(e => (double)Width(parameters, e));
        return parameters.K * all / parameters.Experts / weights.HiddenWidth;
    }

    /// <summary>Share of the dense multiply-adds: active neurons, the router, and the score path (one <c>[E, O]</c> product).</summary>
    public static double CostShare(ExpertsParameters parameters, FeedForwardWeights weights, double activeShare)
    {
        var perNeuron = (weights.Gate is null ? weights.InputWidth : 2.0 * weights.InputWidth) + weights.OutputWidth;
        var dense = perNeuron * weights.HiddenWidth;
        double router = (double)parameters.InputWidth * parameters.Experts;
        double path = parameters.ScoreUp is null && parameters.ScoreDown is null ? 0 : (double)parameters.Experts * parameters.OutputWidth;
        return activeShare + ((router + path) / dense);
    }

    private static int Width(ExpertsParameters parameters, int expert) => parameters.Widths?[expert] ?? parameters.ExpertWidth;
}
