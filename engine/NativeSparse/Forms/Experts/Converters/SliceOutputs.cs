using NativeSparse.Kernels;
using NativeSparse.Numerics;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>The output of every expert of a split, each with its share b2 / N of the bias.</summary>
internal sealed class SliceOutputs : IDisposable
{
    private readonly MatrixProducts _products;
    private readonly ExpertsSplit _split;
    private readonly int _outputs;
    private readonly PackedMatrix[] _downs;
    private readonly float[]? _bias;

    /// <summary>Packs the rows of the down projection expert by expert.</summary>
    public SliceOutputs(FeedForwardWeights weights, ExpertsSplit split, MatrixProducts products)
    {
        _products = products;
        _split = split;
        _outputs = weights.OutputWidth;
        _bias = weights.DownBias is null ? null : [.. weights.DownBias.Select(value => value / split.Experts)];
        _downs = new PackedMatrix[split.Experts];
        var rows = split.Rows(weights.Down, _outputs);
        for (var e = 0; e < _downs.Length; e++)
        {
            var width = split.Neurons(e).Length;
            _downs[e] = products.Pack(rows.AsSpan(e * split.Width * _outputs, width * _outputs), width, _outputs);
        }
    }

    /// <summary>E_e of every token, <c>[T, N, O]</c>, from hidden activations <c>[T, H]</c>.</summary>
    public float[] Run(float[] hidden, int tokens)
    {
        var all = new float[tokens * _downs.Length * _outputs];
        var one = new float[tokens * _outputs];
        var part = new float[tokens * _split.Width];
        for (var e = 0; e < _downs.Length; e++)
        {
            var neurons = _split.Neurons(e);
            for (var t = 0; t < tokens; t++)
            {
                for (var i = 0; i < neurons.Length; i++)
                {
                    part[(t * neurons.Length) + i] = hidden[(t * _split.Assignment.Length) + neurons[i]];
                }
            }

            _products.Multiply(part, tokens, neurons.Length, _downs[e], one, _bias);
            for (var t = 0; t < tokens; t++)
            {
                one.AsSpan(t * _outputs, _outputs).CopyTo(all.AsSpan(((t * _downs.Length) + e) * _outputs, _outputs));
            }
        }

        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var down in _downs)
        {
            down.Dispose();
        }
    }
}
