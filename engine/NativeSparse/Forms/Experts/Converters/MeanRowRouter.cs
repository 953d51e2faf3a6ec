using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>The router that needs no data: an expert's score is the mean pre-activation of its neurons.</summary>
internal static class MeanRowRouter
{
    /// <summary>
    /// <c>router[:, e]</c> = mean of the columns of W1 (Wg for a gated network) that belong to e, and the same mean of the bias.
    /// </summary>
    public static (float[] Router, float[]? Bias) Build(FeedForwardWeights weights, ExpertsSplit split)
    {
        var gated = weights.Kind == FeedForwardKind.Gated;
        var bias = gated ? weights.GateBias : weights.UpBias;
        return (Average(gated ? weights.Gate! : weights.Up, weights.InputWidth, split), bias is null ? null : Average(bias, 1, split));
    }

    private static float[] Average(ReadOnlySpan<float> weights, int rows, ExpertsSplit split)
    {
        var hidden = split.Assignment.Length;
        var means = new float[rows * split.Experts];
        for (var row = 0; row < rows; row++)
        {
            for (var e = 0; e < split.Experts; e++)
            {
                double sum = 0;
                foreach (var j in split.Neurons(e))
                {
                    sum += weights[(row * hidden) + j];
                }

                means[(row * split.Experts) + e] = (float)(sum / split.Neurons(e).Length);
            }
        }

        return means;
    }
}
