using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>A router that knows nothing: seeded normal rows on standardized inputs, every expert's scores of mean 0 and deviation 1.</summary>
internal static class RandomRouter
{
    /// <summary>The router, its threshold calibrated on the inputs.</summary>
    /// <param name="products">Where products run.</param>
    /// <param name="x">Inputs <c>[N, D]</c>.</param>
    /// <param name="width">D.</param>
    /// <param name="shape">E, k and the rule.</param>
    /// <param name="seed">Of the rows.</param>
    public static CalibratedRouter Create(MatrixProducts products, float[] x, int width, ExpertsShape shape, int seed)
    {
        var normal = new NormalSource(seed);
        var inverse = Standardization.Of(x, width).Inverse;
        var weights = new float[width * shape.Experts];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (float)(normal.Next() * inverse[i / shape.Experts]);
        }

        var scores = products.Multiply(x, x.Length / width, weights, width, shape.Experts);
        var (mean, scale) = Standardization.Of(scores, shape.Experts);
        var bias = new float[shape.Experts];
        for (var i = 0; i < weights.Length; i++)
        {
            weights[i] = (float)(weights[i] * scale[i % shape.Experts]);
        }

        for (var e = 0; e < bias.Length; e++)
        {
            bias[e] = (float)(-mean[e] * scale[e]);
        }

        return CalibratedRouter.Calibrate(products, weights, bias, x, shape);
    }
}
