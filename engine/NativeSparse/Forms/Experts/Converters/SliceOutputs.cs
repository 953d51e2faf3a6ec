using NativeSparse.Kernels;
using NativeSparse.Numerics;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>The output of every slice of a contiguous split, each with its share b2 / N of the bias.</summary>
internal sealed class SliceOutputs : IDisposable
{
    private readonly MatrixProducts _products;
    private readonly int _hidden;
    private readonly int _outputs;
    private readonly (int First, PackedMatrix Down)[] _slices;
    private readonly float[]? _bias;

    /// <summary>Packs the rows of the down projection slice by slice.</summary>
    public SliceOutputs(FeedForwardWeights weights, ExpertsSplit contiguous, MatrixProducts products)
    {
        _products = products;
        _hidden = weights.HiddenWidth;
        _outputs = weights.OutputWidth;
        _bias = weights.DownBias is null ? null : [.. weights.DownBias.Select(value => value / contiguous.Experts)];
        _slices = new (int, PackedMatrix)[contiguous.Experts];
        for (var e = 0; e < _slices.Length; e++)
        {
            var neurons = contiguous.Neurons(e);
            var rows = weights.Down.AsSpan(neurons[0] * _outputs, neurons.Length * _outputs);
            _slices[e] = (neurons[0], products.Pack(rows, neurons.Length, _outputs));
        }
    }

    /// <summary>E_e of every token, <c>[T, N, O]</c>, from hidden activations <c>[T, H]</c>.</summary>
    public float[] Run(float[] hidden, int tokens)
    {
        var all = new float[tokens * _slices.Length * _outputs];
        var one = new float[tokens * _outputs];
        for (var e = 0; e < _slices.Length; e++)
        {
            _products.Multiply(hidden.AsSpan(_slices[e].First), tokens, _hidden, _slices[e].Down, one, _bias);
            for (var t = 0; t < tokens; t++)
            {
                one.AsSpan(t * _outputs, _outputs).CopyTo(all.AsSpan(((t * _slices.Length) + e) * _outputs, _outputs));
            }
        }

        return all;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        foreach (var (_, down) in _slices)
        {
            down.Dispose();
        }
    }
}
