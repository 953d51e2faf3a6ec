using NativeSparse.Kernels;
using NativeSparse.Numerics;
using NativeSparse.Onnx;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>The dense network of a site, run in two halves so that fits can work on its hidden activations.</summary>
internal sealed class DenseNetwork : IDisposable
{
    private readonly FeedForwardWeights _weights;
    private readonly Activation _activation;
    private readonly MatrixProducts _products;
    private readonly PackedMatrix _up;
    private readonly PackedMatrix? _gate;
    private readonly PackedMatrix _down;

    /// <summary>Packs the weights.</summary>
    public DenseNetwork(FeedForwardWeights weights, Activation activation, MatrixProducts products)
    {
        _weights = weights;
        _activation = activation;
        _products = products;
        _up = products.Pack(weights.Up, weights.InputWidth, weights.HiddenWidth);
        _gate = weights.Gate is null ? null : products.Pack(weights.Gate, weights.InputWidth, weights.HiddenWidth);
        _down = products.Pack(weights.Down, weights.HiddenWidth, weights.OutputWidth);
    }

    /// <summary>The hidden activations <c>[N, H]</c> of inputs <c>[N, D]</c>: what the down projection multiplies.</summary>
    public float[] Hidden(float[] x)
    {
        var rows = x.Length / _weights.InputWidth;
        var hidden = new float[rows * _weights.HiddenWidth];
        if (_gate is null)
        {
            _products.Multiply(x, rows, _weights.InputWidth, _up, hidden, _weights.UpBias, _activation);
            return hidden;
        }

        var gated = new float[hidden.Length];
        _products.Multiply(x, rows, _weights.InputWidth, _gate, gated, _weights.GateBias, _activation);
        _products.Multiply(x, rows, _weights.InputWidth, _up, hidden, _weights.UpBias, multiplier: gated);
        return hidden;
    }

    /// <summary>The output <c>[N, O]</c> of hidden activations <c>[N, H]</c>, bias included.</summary>
    public float[] Output(float[] hidden)
    {
        var rows = hidden.Length / _weights.HiddenWidth;
        var output = new float[rows * _weights.OutputWidth];
        _products.Multiply(hidden, rows, _weights.HiddenWidth, _down, output, _weights.DownBias);
        return output;
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _up.Dispose();
        _gate?.Dispose();
        _down.Dispose();
    }
}
