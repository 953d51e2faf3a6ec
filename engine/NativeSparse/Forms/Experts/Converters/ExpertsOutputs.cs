using System.Numerics.Tensors;
using NativeSparse.Kernels;
using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// Evaluates experts on many tokens with dense products: all experts side by side as one hidden layer, then a mask. The same answers as
/// the form's, without its savings.
/// </summary>
internal static class ExpertsOutputs
{
    private const int ChunkTokens = 1024;

    /// <summary>The outputs <c>[N, O]</c> and the active experts <c>[N, E]</c> of inputs <c>[N, D]</c>.</summary>
    public static (float[] Outputs, bool[] Active) Run(ExpertsParameters parameters, float[] x, MatrixProducts products)
    {
        var (d, experts, outputs) = (parameters.InputWidth, parameters.Experts, parameters.OutputWidth);
        var (tokens, columns) = (x.Length / d, experts * parameters.ExpertWidth);
        var scores = products.Multiply(x, tokens, parameters.Router, d, experts, parameters.RouterBias);
        var active = ActiveExperts.Choose(products, scores, experts, parameters.Selection, parameters.K, parameters.Threshold);
        using var up = products.Pack(SideBySide(parameters.Up, parameters), d, columns);
        using var gate = parameters.Gate is null ? null : products.Pack(SideBySide(parameters.Gate, parameters), d, columns);
        using var down = products.Pack(parameters.Down, columns, outputs);
        var y = new float[tokens * outputs];
        var hidden = new float[ChunkTokens * columns];
        var gated = gate is null ? [] : new float[ChunkTokens * columns];
        for (var first = 0; first < tokens; first += ChunkTokens)
        {
            var count = Math.Min(ChunkTokens, tokens - first);
            var rows = x.AsSpan(first * d, count * d);
            if (gate is null)
            {
                products.Multiply(rows, count, d, up, hidden, parameters.UpBias, parameters.Activation);
            }
            else
            {
                products.Multiply(rows, count, d, gate, gated, parameters.GateBias, parameters.Activation);
                products.Multiply(rows, count, d, up, hidden, parameters.UpBias, multiplier: gated.AsSpan(0, count * columns));
            }

            Mask(parameters, hidden, active.AsSpan(first * experts, count * experts));
            products.Multiply(hidden, count, columns, down, y.AsSpan(first * outputs), parameters.DownBias);
        }

        AddPaths(parameters, scores, active, y, products);
        return (y, active);
    }

    private static float[] SideBySide(float[] weights, ExpertsParameters parameters)
    {
        var (d, width) = (parameters.InputWidth, parameters.ExpertWidth);
        var matrix = new float[weights.Length];
        for (var e = 0; e < parameters.Experts; e++)
        {
            for (var i = 0; i < d; i++)
            {
                weights.AsSpan(((e * d) + i) * width, width).CopyTo(matrix.AsSpan(((i * parameters.Experts) + e) * width, width));
            }
        }

        return matrix;
    }

    private static void Mask(ExpertsParameters parameters, float[] hidden, ReadOnlySpan<bool> active)
    {
        for (var i = 0; i < active.Length; i++)
        {
            var row = hidden.AsSpan(i * parameters.ExpertWidth, parameters.ExpertWidth);
            if (!active[i])
            {
                row.Clear();
            }
            else if (parameters.Scale != 1)
            {
                TensorPrimitives.Multiply(row, parameters.Scale, row);
            }
        }
    }

    private static void AddPaths(ExpertsParameters parameters, float[] scores, bool[] active, float[] y, MatrixProducts products)
    {
        var experts = parameters.Experts;
        var factors = new float[scores.Length];
        void Add(float[]? path, Func<int, float> factor)
        {
            if (path is null)
            {
                return;
            }

            for (var i = 0; i < factors.Length; i++)
            {
                factors[i] = factor(i);
            }

            var added = products.Multiply(factors, factors.Length / experts, path, experts, parameters.OutputWidth);
            TensorPrimitives.Add<float>(y, added, y);
        }

        Add(parameters.ExpertBias, i => active[i] ? 1 : 0);
        Add(parameters.ScoreUp, i => active[i] ? scores[i] - parameters.Threshold : 0);
        Add(parameters.ScoreDown, i => active[i] ? 0 : scores[i] - parameters.Threshold);
    }
}
