using System.Numerics.Tensors;
using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>Low-rank experts the naive way: every expert a whole network, <c>W + scale In[e] Out[e]</c>.</summary>
/// <param name="Experts">E.</param>
/// <param name="InputWidth">D.</param>
/// <param name="HiddenWidth">H.</param>
/// <param name="Up"><c>[E, D, H]</c>.</param>
/// <param name="UpBias"><c>[E, H]</c>: the shared one, repeated.</param>
/// <param name="Down"><c>[E, H, D]</c>.</param>
internal sealed record MergedExperts(int Experts, int InputWidth, int HiddenWidth, float[] Up, float[] UpBias, float[] Down)
{
    /// <summary>Merges the deltas into copies of the network.</summary>
    public static MergedExperts Of(BenchNetwork network, LowRankWeights deltas)
    {
        var (e, d, h, r) = (deltas.Experts, deltas.InputWidth, deltas.HiddenWidth, deltas.Rank);
        var (up, bias, down) = (new float[e * d * h], new float[e * h], new float[e * d * h]);
        for (var expert = 0; expert < e; expert++)
        {
            network.UpBias!.CopyTo(bias.AsSpan(expert * h));
            Merge(network.Up, deltas.UpIn.Span.Slice(expert * d * r, d * r), deltas.UpOut.Span.Slice(expert * r * h, r * h), deltas.Scale, r, up.AsSpan(expert * d * h, d * h));
            Merge(network.Down, deltas.DownIn.Span.Slice(expert * h * r, h * r), deltas.DownOut.Span.Slice(expert * r * d, r * d), deltas.Scale, r, down.AsSpan(expert * d * h, d * h));
        }

        return new MergedExperts(e, d, h, up, bias, down);
    }

    /// <summary>As our kernels take them.</summary>
    public ExpertWeights ForKernels(Activation activation) => new()
    {
        Experts = Experts,
        InputWidth = InputWidth,
        ExpertWidth = HiddenWidth,
        OutputWidth = InputWidth,
        Activation = activation,
        Up = Up,
        UpBias = UpBias,
        Down = Down,
    };

    /// <summary>As ONNX Runtime's operator takes them.</summary>
    public MixtureWeights ForMixture() =>
        new(Experts, InputWidth, HiddenWidth, Transpose(Up, InputWidth, HiddenWidth), UpBias, Transpose(Down, HiddenWidth, InputWidth));

    /// <summary>Adds the weighted output of one expert in float64.</summary>
    public void AddExact(int expert, float weight, Activation activation, ReadOnlySpan<float> x, Span<double> y)
    {
        var up = Up.AsSpan(expert * InputWidth * HiddenWidth);
        var down = Down.AsSpan(expert * InputWidth * HiddenWidth);
        for (var b = 0; b < HiddenWidth; b++)
        {
            var sum = (double)UpBias[(expert * HiddenWidth) + b];
            for (var k = 0; k < InputWidth; k++)
            {
                sum += (double)x[k] * up[(k * HiddenWidth) + b];
            }

            var hidden = ReferenceActivation.Exact(activation, sum) * weight;
            for (var o = 0; o < InputWidth; o++)
            {
                y[o] += hidden * down[(b * InputWidth) + o];
            }
        }
    }

    private static void Merge(ReadOnlySpan<float> weights, ReadOnlySpan<float> into, ReadOnlySpan<float> outOf, float scale, int rank, Span<float> merged)
    {
        var columns = outOf.Length / rank;
        weights.CopyTo(merged);
        for (var k = 0; k < into.Length / rank; k++)
        {
            var row = merged.Slice(k * columns, columns);
            for (var i = 0; i < rank; i++)
            {
                TensorPrimitives.MultiplyAdd(outOf.Slice(i * columns, columns), scale * into[(k * rank) + i], row, row);
            }
        }
    }

    /// <summary>Each of E matrices by itself.</summary>
    private float[] Transpose(float[] matrices, int rows, int columns)
    {
        var result = new float[matrices.Length];
        for (var e = 0; e < Experts; e++)
        {
            for (var i = 0; i < rows; i++)
            {
                for (var j = 0; j < columns; j++)
                {
                    result[(((e * columns) + j) * rows) + i] = matrices[(((e * rows) + i) * columns) + j];
                }
            }
        }

        return result;
    }
}
