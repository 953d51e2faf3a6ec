namespace NativeSparse.Onnx.Tests;

/// <summary>A feed-forward network in plain loops and double: what the finder's weights must compute.</summary>
internal static class PlainFeedForward
{
    public static double[] Run(FeedForwardWeights weights, double[] x, bool downBias = true)
    {
        var (d, h, o) = (weights.InputWidth, weights.HiddenWidth, weights.OutputWidth);
        var activation = Activation(weights.Activation);
        var rows = x.Length / d;
        var y = new double[rows * o];
        for (var row = 0; row < rows; row++)
        {
            var input = x.AsSpan(row * d, d);
            var up = Product(input, weights.Up, weights.UpBias, h);
            var gate = weights.Gate is null ? null : Product(input, weights.Gate, weights.GateBias, h);
            for (var i = 0; i < h; i++)
            {
                up[i] = gate is null ? activation(up[i]) : activation(gate[i]) * up[i];
            }

            Product(up, weights.Down, downBias ? weights.DownBias : null, o).CopyTo(y, row * o);
        }

        return y;
    }

    private static double[] Product(ReadOnlySpan<double> x, float[] weights, float[]? bias, int width)
    {
        var y = new double[width];
        for (var j = 0; j < width; j++)
        {
            y[j] = bias?[j] ?? 0;
            for (var i = 0; i < x.Length; i++)
            {
                y[j] += x[i] * weights[(i * width) + j];
            }
        }

        return y;
    }

    private static Func<double, double> Activation(string name) => name switch
    {
        "identity" => v => v,
        "relu" => v => Math.Max(v, 0),
        "relu2" => v => Math.Pow(Math.Max(v, 0), 2),
        "relu6" => v => Math.Min(Math.Max(v, 0), 6),
        "gelu" => v => v * Normal(v),
        "gelu_tanh" => v => v / (1 + Math.Exp(-2 * Math.Sqrt(2 / Math.PI) * (v + (0.044715 * Math.Pow(v, 3))))),
        "quick_gelu" => v => v / (1 + Math.Exp(-1.702 * v)),
        "silu" => v => v / (1 + Math.Exp(-v)),
        "hardswish" => v => v * Math.Min(Math.Max(v + 3, 0), 6) / 6,
        "hardsigmoid" => v => Math.Min(Math.Max(v + 3, 0), 6) / 6,
        "mish" => v => v * Math.Tanh(Math.Log(1 + Math.Exp(v))),
        "softplus" => v => Math.Log(1 + Math.Exp(v)),
        "elu" => v => v > 0 ? v : Math.Exp(v) - 1,
        "selu" => v => 1.0507009873554805 * (v > 0 ? v : 1.6732632423543772 * (Math.Exp(v) - 1)),
        "tanh" => Math.Tanh,
        "sigmoid" => v => 1 / (1 + Math.Exp(-v)),
        _ when name.StartsWith("leaky_relu_", StringComparison.Ordinal) => Leaky(name),
        _ => throw new ArgumentException($"unknown activation '{name}'"),
    };

    private static Func<double, double> Leaky(string name)
    {
        var slope = double.Parse(name["leaky_relu_".Length..], System.Globalization.CultureInfo.InvariantCulture);
        return v => v > 0 ? v : slope * v;
    }

    /// <summary>The normal distribution function, by a series near zero and a continued fraction in the tails.</summary>
    private static double Normal(double v)
    {
        var a = Math.Abs(v);
        double tail;
        if (a < 5)
        {
            double sum = a;
            double term = a;
            for (var n = 1; n < 200; n++)
            {
                term *= a * a / ((2 * n) + 1);
                sum += term;
            }

            tail = 0.5 - (sum * Math.Exp(-a * a / 2) / Math.Sqrt(2 * Math.PI));
        }
        else
        {
            var fraction = a;
            for (var n = 60; n > 0; n--)
            {
                fraction = a + (n / fraction);
            }

            tail = Math.Exp(-a * a / 2) / Math.Sqrt(2 * Math.PI) / fraction;
        }

        return v > 0 ? 1 - tail : tail;
    }
}
