using System.Numerics;
using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using NativeSparse.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// The norm of each expert's centred output, <c>S[t, e] = | sum over j in e of (A_tj - mu_j) w2_j |</c>. Computed from the Gram matrix of
/// the expert's down rows where that is smaller than the output: <c>r^T (W2_e W2_e^T) r</c>.
/// </summary>
internal static class ContributionNorms
{
    /// <summary>S, <c>[N, E]</c>.</summary>
    /// <param name="products">Where products run.</param>
    /// <param name="activations">A, <c>[N, H]</c>.</param>
    /// <param name="medians">mu, <c>[H]</c>.</param>
    /// <param name="down">W2, <c>[H, O]</c>.</param>
    /// <param name="split">The experts.</param>
    public static float[] Of(MatrixProducts products, float[] activations, float[] medians, float[] down, ExpertsSplit split)
    {
        var hidden = medians.Length;
        var tokens = activations.Length / hidden;
        var outputs = down.Length / hidden;
        var norms = new float[tokens * split.Experts];
        var grams = new (float[] Values, int Stride)[split.Experts];
        for (var e = 0; e < split.Experts; e++)
        {
            var neurons = split.Neurons(e).ToArray();
            if (neurons.Length <= outputs)
            {
                grams[e] = Gram(down, neurons, outputs);
            }
            else
            {
                Direct(products, activations, medians, down, neurons, norms, e, split.Experts);
            }
        }

        products.ThrowIfCancelled();
        products.Splitter.ForRanges(tokens, 64, (first, last) =>
        {
            for (var t = first; t < last; t++)
            {
                var row = activations.AsSpan(t * hidden, hidden);
                Quadratics(row, medians, grams, split, norms.AsSpan(t * split.Experts, split.Experts));
            }
        });
        return norms;
    }

    private static (float[] Gram, int Stride) Gram(float[] down, int[] neurons, int outputs)
    {
        var lanes = Vector<float>.Count;
        var stride = (neurons.Length + lanes - 1) / lanes * lanes;
        var gram = new float[neurons.Length * stride];
        for (var i = 0; i < neurons.Length; i++)
        {
            for (var j = 0; j <= i; j++)
            {
                var dot = TensorPrimitives.Dot(
                    down.AsSpan(neurons[i] * outputs, outputs), down.AsSpan(neurons[j] * outputs, outputs));
                gram[(i * stride) + j] = dot;
                gram[(j * stride) + i] = dot;
            }
        }

        return (gram, stride);
    }

    private static void Quadratics(
        ReadOnlySpan<float> activations, float[] medians, (float[] Values, int Stride)[] grams, ExpertsSplit split, Span<float> norms)
    {
        var room = (split.Width + Vector<float>.Count) * 2;
        Span<float> buffer = room <= 1024 ? stackalloc float[room] : new float[room];
        for (var e = 0; e < norms.Length; e++)
        {
            var (gram, stride) = grams[e];
            if (gram is null)
            {
                continue;
            }

            var deviations = buffer[..stride];
            var sums = buffer.Slice(stride, stride);
            deviations.Clear();
            sums.Clear();
            var wide = MemoryMarshal.Cast<float, Vector<float>>(sums);
            var neurons = split.Neurons(e);
            for (var i = 0; i < neurons.Length; i++)
            {
                deviations[i] = activations[neurons[i]] - medians[neurons[i]];
                var factor = new Vector<float>(deviations[i]);
                var row = MemoryMarshal.Cast<float, Vector<float>>(gram.AsSpan(i * stride, stride));
                for (var v = 0; v < wide.Length; v++)
                {
                    wide[v] = Vector.FusedMultiplyAdd(factor, row[v], wide[v]);
                }
            }

            norms[e] = MathF.Sqrt(Math.Max(0, TensorPrimitives.Dot<float>(sums, deviations)));
        }
    }

    private static void Direct(
        MatrixProducts products, float[] activations, float[] medians, float[] down, int[] neurons, float[] norms, int expert, int experts)
    {
        var hidden = medians.Length;
        var outputs = down.Length / hidden;
        var rows = new float[neurons.Length * outputs];
        for (var i = 0; i < neurons.Length; i++)
        {
            down.AsSpan(neurons[i] * outputs, outputs).CopyTo(rows.AsSpan(i * outputs));
        }

        using var packed = products.Pack(rows, neurons.Length, outputs);
        const int Chunk = 512;
        var deviations = new float[Chunk * neurons.Length];
        var output = new float[Chunk * outputs];
        var tokens = activations.Length / hidden;
        for (var first = 0; first < tokens; first += Chunk)
        {
            var count = Math.Min(Chunk, tokens - first);
            for (var t = 0; t < count; t++)
            {
                for (var i = 0; i < neurons.Length; i++)
                {
                    deviations[(t * neurons.Length) + i] = activations[((first + t) * hidden) + neurons[i]] - medians[neurons[i]];
                }
            }

            products.Multiply(deviations, count, neurons.Length, packed, output);
            for (var t = 0; t < count; t++)
            {
                norms[((first + t) * experts) + expert] = TensorPrimitives.Norm<float>(output.AsSpan(t * outputs, outputs));
            }
        }
    }
}
