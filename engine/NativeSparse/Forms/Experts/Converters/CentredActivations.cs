using System.Numerics.Tensors;
using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// Medians of hidden activations. An inactive neuron of a GELU-like network rests near its median mu_j and not at 0, so importance is
/// measured by the deviation <c>A_j - mu_j</c>; for ReLU the median of a sparse neuron is 0 and nothing changes.
/// </summary>
internal static class CentredActivations
{
    private const int MaxTokens = 4096;

    /// <summary>mu, <c>[H]</c>, from the first tokens of activations <c>[N, H]</c> (which come in random order).</summary>
    public static float[] Medians(MatrixProducts products, float[] activations, int hidden)
    {
        products.ThrowIfCancelled();
        var tokens = Math.Min(activations.Length / hidden, MaxTokens);
        var medians = new float[hidden];
        products.Splitter.ForRanges(hidden, 32, (first, last) =>
        {
            var columns = new float[(last - first) * tokens];
            for (var t = 0; t < tokens; t++)
            {
                for (var j = first; j < last; j++)
                {
                    columns[((j - first) * tokens) + t] = activations[(t * hidden) + j];
                }
            }

            for (var j = first; j < last; j++)
            {
                medians[j] = OrderStatistics.Median(columns.AsSpan((j - first) * tokens, tokens));
            }
        });
        return medians;
    }

    /// <summary>The first tokens' weighted deviations <c>|A_j - mu_j| |w2_j|</c>, <c>[min(N, tokens), H]</c>.</summary>
    public static float[] Contributions(MatrixProducts products, float[] activations, float[] medians, float[] down, int tokens)
    {
        var hidden = medians.Length;
        var outputs = down.Length / hidden;
        var norms = new float[hidden];
        for (var j = 0; j < hidden; j++)
        {
            norms[j] = TensorPrimitives.Norm(down.AsSpan(j * outputs, outputs));
        }

        var contributions = new float[Math.Min(activations.Length / hidden, tokens) * hidden];
        products.Splitter.ForRanges(contributions.Length / hidden, 64, (first, last) =>
        {
            for (var t = first; t < last; t++)
            {
                var row = contributions.AsSpan(t * hidden, hidden);
                TensorPrimitives.Subtract(activations.AsSpan(t * hidden, hidden), medians, row);
                TensorPrimitives.Abs(row, row);
                TensorPrimitives.Multiply(row, norms, row);
            }
        });
        return contributions;
    }
}
