using NativeSparse.Onnx;

namespace NativeSparse.Testing;

/// <summary>A feed-forward network in plain double arithmetic: what the forms are compared with.</summary>
public static class DenseReference
{
    /// <summary>Random weights of a network; biases where asked for.</summary>
    public static FeedForwardWeights Random(int seed, int d, int h, int o, bool gated, bool biases, string activation)
    {
        var random = new Random(seed);
        return new FeedForwardWeights
        {
            Kind = gated ? FeedForwardKind.Gated : FeedForwardKind.Plain,
            Activation = activation,
            InputWidth = d,
            HiddenWidth = h,
            OutputWidth = o,
            Up = Values(random, d * h, 1 / Math.Sqrt(d)),
            UpBias = biases ? Values(random, h, 0.1) : null,
            Gate = gated ? Values(random, d * h, 1 / Math.Sqrt(d)) : null,
            GateBias = gated && biases ? Values(random, h, 0.1) : null,
            Down = Values(random, h * o, 1 / Math.Sqrt(h)),
            DownBias = biases ? Values(random, o, 0.1) : null,
        };
    }

    /// <summary>Uniform values in [-scale * 1.7, scale * 1.7]: standard deviation about <paramref name="scale"/>.</summary>
    public static float[] Values(Random random, int count, double scale)
    {
        var values = new float[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (float)(((random.NextDouble() * 2) - 1) * 1.7 * scale);
        }

        return values;
    }

    /// <summary>The network's output for rows of inputs.</summary>
    public static double[] Run(FeedForwardWeights weights, float[] x, Func<double, double> activation)
    {
        int d = weights.InputWidth, h = weights.HiddenWidth, o = weights.OutputWidth;
        var rows = x.Length / d;
        var y = new double[rows * o];
        var hidden = new double[h];
        for (var t = 0; t < rows; t++)
        {
            for (var j = 0; j < h; j++)
            {
                var up = Dot(x, t * d, weights.Up, j, d, h) + (weights.UpBias?[j] ?? 0);
                hidden[j] = weights.Gate is { } gate
                    ? activation(Dot(x, t * d, gate, j, d, h) + (weights.GateBias?[j] ?? 0)) * up
                    : activation(up);
            }

            for (var n = 0; n < o; n++)
            {
                double sum = weights.DownBias?[n] ?? 0;
                for (var j = 0; j < h; j++)
                {
                    sum += hidden[j] * weights.Down[(j * o) + n];
                }

                y[(t * o) + n] = sum;
            }
        }

        return y;
    }

    private static double Dot(float[] x, int start, float[] matrix, int column, int length, int width)
    {
        var sum = 0.0;
        for (var i = 0; i < length; i++)
        {
            sum += (double)x[start + i] * matrix[(i * width) + column];
        }

        return sum;
    }
}
