using System.Numerics.Tensors;
using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// Fits FactorLLM's router, a linear with bias, to labels: Adam on the mean route loss plus 0.01 times the balance loss over mini-batches,
/// on standardized inputs, which are folded into the weights afterwards. Seeded and deterministic.
/// </summary>
internal static class PriorApproximateRouter
{
    /// <summary>Weight of the balance loss, as published.</summary>
    public const double BalanceWeight = 0.01;

    private const int Batch = 256;
    private const int Steps = 600;
    private const int Slices = 8;
    private const double Rate = 0.02;
    private const double Beta1 = 0.9;
    private const double Beta2 = 0.95;

    /// <summary>The router.</summary>
    /// <param name="products">Threads and cancellation.</param>
    /// <param name="x">Inputs <c>[N, D]</c>.</param>
    /// <param name="labels"><c>[N, E]</c>.</param>
    /// <param name="experts">E.</param>
    /// <param name="k">Active experts.</param>
    /// <param name="seed">Of the batches.</param>
    /// <param name="progress">Share done.</param>
    public static (float[] Router, float[] Bias) Fit(
        MatrixProducts products, float[] x, bool[] labels, int experts, int k, int seed, IProgress<double>? progress)
    {
        var tokens = labels.Length / experts;
        var width = x.Length / tokens;
        var (mean, inverse) = Standardization.Of(x, width);
        var z = Standardization.Apply(x, mean, inverse);
        var stride = width + 1;
        var weights = new float[experts * stride];
        var first = new double[weights.Length];
        var second = new double[weights.Length];
        var random = new Random(seed);
        var batch = new int[Math.Min(Batch, tokens)];
        var gradients = new float[Slices][];
        for (var step = 1; step <= Steps; step++)
        {
            if (step % 32 == 0)
            {
                products.ThrowIfCancelled();
                progress?.Report((double)step / Steps);
            }

            for (var i = 0; i < batch.Length; i++)
            {
                batch[i] = random.Next(tokens);
            }

            // A fixed number of slices, added in order: the sums do not depend on the threads.
            products.Splitter.For(Slices, slice =>
            {
                var gradient = gradients[slice] ??= new float[weights.Length];
                Array.Clear(gradient);
                for (var i = slice; i < batch.Length; i += Slices)
                {
                    AddToken(z.AsSpan(batch[i] * width, width), labels.AsSpan(batch[i] * experts, experts), weights, k, gradient);
                }
            });
            var rate = Rate * 0.5 * (1 + Math.Cos(Math.PI * step / Steps));
            var (correction1, correction2) = (1 - Math.Pow(Beta1, step), 1 - Math.Pow(Beta2, step));
            for (var i = 0; i < weights.Length; i++)
            {
                double gradient = 0;
                foreach (var slice in gradients)
                {
                    gradient += slice[i];
                }

                gradient /= batch.Length;
                first[i] = (Beta1 * first[i]) + ((1 - Beta1) * gradient);
                second[i] = (Beta2 * second[i]) + ((1 - Beta2) * gradient * gradient);
                weights[i] -= (float)(rate * (first[i] / correction1) / (Math.Sqrt(second[i] / correction2) + 1e-8));
            }
        }

        return Fold(weights, mean, inverse, experts);
    }

    private static void AddToken(ReadOnlySpan<float> z, ReadOnlySpan<bool> label, float[] weights, int k, float[] gradient)
    {
        var stride = z.Length + 1;
        Span<float> scores = label.Length <= 256 ? stackalloc float[label.Length] : new float[label.Length];
        Span<double> slope = label.Length <= 256 ? stackalloc double[label.Length] : new double[label.Length];
        for (var e = 0; e < scores.Length; e++)
        {
            scores[e] = TensorPrimitives.Dot(z, weights.AsSpan(e * stride, z.Length)) + weights[(e * stride) + z.Length];
        }

        PriorApproximateLabels.RouteLoss(scores, label, slope);
        PriorApproximateLabels.BalanceLoss(scores, k, BalanceWeight, slope);
        for (var e = 0; e < scores.Length; e++)
        {
            var row = gradient.AsSpan(e * stride, z.Length);
            TensorPrimitives.MultiplyAdd(z, (float)slope[e], row, row);
            gradient[(e * stride) + z.Length] += (float)slope[e];
        }
    }

    private static (float[] Router, float[] Bias) Fold(float[] weights, double[] mean, double[] inverse, int experts)
    {
        var width = mean.Length;
        var router = new float[width * experts];
        var bias = new float[experts];
        for (var e = 0; e < experts; e++)
        {
            double shift = weights[(e * (width + 1)) + width];
            for (var d = 0; d < width; d++)
            {
                var weight = weights[(e * (width + 1)) + d] * inverse[d];
                router[(d * experts) + e] = (float)weight;
                shift -= weight * mean[d];
            }

            bias[e] = (float)shift;
        }

        return (router, bias);
    }
}
