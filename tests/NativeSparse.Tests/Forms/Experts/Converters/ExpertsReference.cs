using NativeSparse.Forms.Experts;
using NativeSparse.Kernels;
using NativeSparse.Onnx;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts.Converters;

/// <summary>Evaluates dense networks and experts in double precision, term by term as their documentation says.</summary>
internal static class ExpertsReference
{
    public static double[] Dense(FeedForwardWeights weights, ReadOnlySpan<float> x)
    {
        var activation = Activation.Parse(weights.Activation);
        var y = new double[weights.OutputWidth];
        for (var o = 0; o < y.Length; o++)
        {
            y[o] = weights.DownBias?[o] ?? 0;
        }

        for (var j = 0; j < weights.HiddenWidth; j++)
        {
            var up = Product(x, weights.Up, j, weights.HiddenWidth) + (weights.UpBias?[j] ?? 0);
            var a = weights.Gate is null
                ? Activate(activation, up)
                : up * Activate(activation, Product(x, weights.Gate, j, weights.HiddenWidth) + (weights.GateBias?[j] ?? 0));
            for (var o = 0; o < y.Length; o++)
            {
                y[o] += a * weights.Down[(j * y.Length) + o];
            }
        }

        return y;
    }

    public static double[] Scores(ExpertsParameters p, ReadOnlySpan<float> x)
    {
        var scores = new double[p.Experts];
        for (var e = 0; e < p.Experts; e++)
        {
            scores[e] = Product(x, p.Router, e, p.Experts) + (p.RouterBias?[e] ?? 0);
        }

        return scores;
    }

    public static bool[] Chosen(ExpertsParameters p, double[] scores)
    {
        var chosen = new bool[p.Experts];
        if (p.Selection == RoutingSelection.Threshold)
        {
            for (var e = 0; e < p.Experts; e++)
            {
                chosen[e] = scores[e] >= p.Threshold;
            }
        }
        else
        {
            foreach (var e in Enumerable.Range(0, p.Experts).OrderByDescending(e => scores[e]).ThenBy(e => e).Take(p.K))
            {
                chosen[e] = true;
            }
        }

        return chosen;
    }

    /// <summary>E_e(x) without any output bias.</summary>
    public static double[] Expert(ExpertsParameters p, int e, ReadOnlySpan<float> x)
    {
        var up = p.Up.AsSpan(e * p.InputWidth * p.ExpertWidth, p.InputWidth * p.ExpertWidth);
        var y = new double[p.OutputWidth];
        for (var i = 0; i < (p.Widths?[e] ?? p.ExpertWidth); i++)
        {
            var a = Product(x, up, i, p.ExpertWidth) + (p.UpBias?[(e * p.ExpertWidth) + i] ?? 0);
            if (p.Gate is null)
            {
                a = Activate(p.Activation, a);
            }
            else
            {
                var gate = p.Gate.AsSpan(e * p.InputWidth * p.ExpertWidth, p.InputWidth * p.ExpertWidth);
                a *= Activate(p.Activation, Product(x, gate, i, p.ExpertWidth) + (p.GateBias?[(e * p.ExpertWidth) + i] ?? 0));
            }

            for (var o = 0; o < y.Length; o++)
            {
                y[o] += a * p.Down[(((e * p.ExpertWidth) + i) * y.Length) + o];
            }
        }

        return y;
    }

    public static double[] Run(ExpertsParameters p, ReadOnlySpan<float> x)
    {
        Assert.Equal(RoutingWeights.None, p.Weights);
        var scores = Scores(p, x);
        var chosen = Chosen(p, scores);
        var y = new double[p.OutputWidth];
        for (var o = 0; o < y.Length; o++)
        {
            y[o] = p.DownBias?[o] ?? 0;
        }

        for (var e = 0; e < p.Experts; e++)
        {
            var output = chosen[e] ? Expert(p, e, x) : null;
            for (var o = 0; o < y.Length; o++)
            {
                var at = (e * y.Length) + o;
                var above = scores[e] - p.Threshold;
                y[o] += output is null
                    ? above * (p.ScoreDown?[at] ?? 0)
                    : (p.Scale * output[o]) + (p.ExpertBias?[at] ?? 0) + (above * (p.ScoreUp?[at] ?? 0));
            }
        }

        return y;
    }

    public static double Activate(Activation activation, double z) => activation.Kind switch
    {
        ActivationKind.Identity => z,
        ActivationKind.Relu => Math.Max(z, 0),
        ActivationKind.Gelu => 0.5 * z * (1 + MathNet.Numerics.SpecialFunctions.Erf(z / Math.Sqrt(2))),
        ActivationKind.Silu => z / (1 + Math.Exp(-z)),
        _ => throw new NotSupportedException(activation.Name),
    };

    private static double Product(ReadOnlySpan<float> x, ReadOnlySpan<float> weights, int column, int columns)
    {
        double sum = 0;
        for (var d = 0; d < x.Length; d++)
        {
            sum += (double)x[d] * weights[(d * columns) + column];
        }

        return sum;
    }
}
