using NativeSparse.Numerics;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// What the best possible router would reach without any fit: per token the experts of largest centred contribution run, all other
/// neurons rest at their medians, <c>y = b2 + mu W2 + sum over active j of (A_j - mu_j) w2_j</c>. The same split and budget.
/// </summary>
internal static class CentredOracle
{
    /// <summary>Its relative error.</summary>
    /// <param name="weights">The dense site.</param>
    /// <param name="shape">E, k and the rule.</param>
    /// <param name="split">The experts.</param>
    /// <param name="medians">mu.</param>
    /// <param name="hidden">Hidden activations of the judged tokens, <c>[N, H]</c>.</param>
    /// <param name="dense">Their dense outputs.</param>
    /// <param name="products">Where products run.</param>
    public static double Error(
        FeedForwardWeights weights, ExpertsShape shape, ExpertsSplit split, float[] medians, float[] hidden, float[] dense, MatrixProducts products)
    {
        var norms = ContributionNorms.Of(products, hidden, medians, weights.Down, split);
        var active = ActiveExperts.Choose(
            products, norms, shape.Experts, shape.Selection, shape.K, ActiveExperts.Threshold(norms, shape.Budget));
        var kept = (float[])hidden.Clone();
        products.Splitter.ForRanges(hidden.Length / medians.Length, 64, (first, last) =>
        {
            for (var t = first; t < last; t++)
            {
                for (var j = 0; j < medians.Length; j++)
                {
                    if (!active[(t * shape.Experts) + split.Assignment[j]])
                    {
                        kept[(t * medians.Length) + j] = medians[j];
                    }
                }
            }
        });
        var y = products.Multiply(
            kept, hidden.Length / medians.Length, weights.Down, weights.HiddenWidth, weights.OutputWidth, weights.DownBias);
        return RelativeError.Of(dense, y);
    }
}
