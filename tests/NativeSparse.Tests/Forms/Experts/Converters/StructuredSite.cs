using NativeSparse.Numerics;
using NativeSparse.Onnx;

namespace NativeSparse.Tests.Forms.Experts.Converters;

/// <summary>
/// A site with real clusters: every token lies near one of a few directions, and each hidden neuron (in shuffled order) reads one of them.
/// </summary>
internal static class StructuredSite
{
    public static FeedForwardWeights Weights(int d, int h, int o, int clusters, bool gated = false, string activation = "gelu")
    {
        var plain = RandomSite.Weights(d, h, o, gated, activation: activation);
        var directions = Directions(d, clusters);
        var cluster = new int[h];
        for (var j = 0; j < h; j++)
        {
            cluster[j] = j * clusters / h;
        }

        new Random(99).Shuffle(cluster);
        var reader = gated ? plain.Gate! : plain.Up;
        var bias = gated ? plain.GateBias! : plain.UpBias!;
        for (var j = 0; j < h; j++)
        {
            for (var i = 0; i < d; i++)
            {
                reader[(i * h) + j] = (0.4f * reader[(i * h) + j]) + (1.5f * directions[(cluster[j] * d) + i]);
            }

            bias[j] -= 2.5f;
        }

        return plain;
    }

    public static float[] Inputs(int tokens, int d, int clusters, int seed)
    {
        var directions = Directions(d, clusters);
        var normal = new NormalSource(seed);
        var random = new Random(seed);
        var x = new float[tokens * d];
        for (var t = 0; t < tokens; t++)
        {
            var cluster = random.Next(clusters);
            var size = 2 + random.NextDouble();
            for (var i = 0; i < d; i++)
            {
                x[(t * d) + i] = (float)((size * directions[(cluster * d) + i]) + (0.3 * normal.Next()));
            }
        }

        return x;
    }

    private static float[] Directions(int d, int clusters)
    {
        var normal = new NormalSource(4321);
        var directions = new float[clusters * d];
        for (var cluster = 0; cluster < clusters; cluster++)
        {
            var row = directions.AsSpan(cluster * d, d);
            double squares = 0;
            for (var i = 0; i < d; i++)
            {
                row[i] = (float)normal.Next();
                squares += row[i] * row[i];
            }

            for (var i = 0; i < d; i++)
            {
                row[i] /= (float)Math.Sqrt(squares);
            }
        }

        return directions;
    }
}
