using NativeSparse.Kernels;
using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>A router with its threshold: what turns inputs into scores and active experts.</summary>
/// <param name="Weights"><c>[D, E]</c>.</param>
/// <param name="Bias"><c>[E]</c>.</param>
/// <param name="Threshold">theta: the (1 - budget) quantile of the scores of the fit.</param>
/// <param name="Shape">E, k and the rule.</param>
internal sealed record CalibratedRouter(float[] Weights, float[] Bias, float Threshold, ExpertsShape Shape)
{
    /// <summary>A router whose threshold is calibrated on inputs <c>[N, D]</c>.</summary>
    public static CalibratedRouter Calibrate(MatrixProducts products, float[] weights, float[] bias, float[] x, ExpertsShape shape)
    {
        var scores = products.Multiply(x, x.Length / (weights.Length / shape.Experts), weights, weights.Length / shape.Experts, shape.Experts, bias);
        return new CalibratedRouter(weights, bias, ActiveExperts.Threshold(scores, shape.Budget), shape);
    }

    /// <summary>The features of tokens under this routing.</summary>
    /// <param name="products">Where products run.</param>
    /// <param name="x">Inputs <c>[N, D]</c>.</param>
    /// <param name="hidden">Hidden activations <c>[N, H]</c>.</param>
    /// <param name="split">The experts.</param>
    public RoutedFeatures Route(MatrixProducts products, float[] x, float[] hidden, ExpertsSplit split)
    {
        var width = Weights.Length / Shape.Experts;
        var scores = products.Multiply(x, x.Length / width, Weights, width, Shape.Experts, Bias);
        var active = ActiveExperts.Choose(products, scores, Shape.Experts, Shape.Selection, Shape.K, Threshold);
        return new RoutedFeatures(hidden, scores, active, Threshold, split.Assignment);
    }
}
