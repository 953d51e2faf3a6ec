using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// A linear router by ridge regression from <c>[x, 1]</c> to a score per expert; x is standardized for the fit, so the penalty
/// (1e-4 of the mean diagonal) does not depend on its scale, and the constant is free.
/// </summary>
internal static class RidgeRouter
{
    private const double Penalty = 1e-4;

    /// <summary>The router <c>[D, E]</c> and its bias <c>[E]</c>.</summary>
    /// <param name="products">Where products run.</param>
    /// <param name="x"><c>[N, D]</c>.</param>
    /// <param name="width">D.</param>
    /// <param name="targets"><c>[N, E]</c>.</param>
    /// <param name="experts">E.</param>
    public static (float[] Router, float[] Bias) Fit(MatrixProducts products, float[] x, int width, float[] targets, int experts)
    {
        var tokens = x.Length / width;
        var (mean, inverse) = Standardization.Of(x, width);
        var z = Standardization.Apply(x, mean, inverse);
        var equations = new GramAccumulator(products, width, experts);
        var centre = Means(targets, experts);
        var chunk = new float[GramAccumulator.ChunkRows * width];
        var centred = new float[GramAccumulator.ChunkRows * experts];
        for (var first = 0; first < tokens; first += GramAccumulator.ChunkRows)
        {
            var count = Math.Min(GramAccumulator.ChunkRows, tokens - first);
            z.AsSpan(first * width, count * width).CopyTo(chunk);
            for (var i = 0; i < count * experts; i++)
            {
                centred[i] = (float)(targets[(first * experts) + i] - centre[i % experts]);
            }

            equations.Add(chunk, centred, count);
        }

        // A column that never changes has a zero diagonal; the floor keeps the matrix positive definite.
        var penalties = new double[width];
        Array.Fill(penalties, Math.Max(Penalty * RidgeRegression.MeanDiagonal(equations.Gram, width, 0, width), 1e-9));
        var solution = RidgeRegression.Solve(equations, penalties, prior: null, products.Splitter);
        return Fold(solution, mean, inverse, centre);
    }

    private static double[] Means(float[] rows, int width)
    {
        var means = new double[width];
        for (var i = 0; i < rows.Length; i++)
        {
            means[i % width] += rows[i];
        }

        for (var e = 0; e < width; e++)
        {
            means[e] /= rows.Length / width;
        }

        return means;
    }

    private static (float[] Router, float[] Bias) Fold(double[] solution, double[] mean, double[] inverse, double[] centre)
    {
        var experts = centre.Length;
        var router = new float[solution.Length];
        var bias = (double[])centre.Clone();
        for (var d = 0; d < mean.Length; d++)
        {
            for (var e = 0; e < experts; e++)
            {
                var weight = solution[(d * experts) + e] * inverse[d];
                router[(d * experts) + e] = (float)weight;
                bias[e] -= weight * mean[d];
            }
        }

        return (router, [.. bias.Select(value => (float)value)]);
    }
}
