using NativeSparse.Kernels;

namespace NativeSparse.Forms.Dense;

/// <summary>y = act(x W1 + b1) W2 + b2, or gated (act(x Wg + bg) * (x W1 + b1)) W2 + b2.</summary>
internal sealed class DenseFeedForward : FeedForward
{
    private readonly IDenseMatMul _dense;
    private readonly Activation _activation;
    private readonly PackedMatrix _up;
    private readonly PackedMatrix? _gate;
    private readonly PackedMatrix _down;
    private readonly ConstantRow _upBias;
    private readonly ConstantRow _gateBias;
    private readonly ConstantRow _downBias;

    public DenseFeedForward(DenseParameters parameters, Backend backend)
    {
        _dense = backend.Dense;
        _activation = Activation.Parse(parameters.Activation);
        _up = parameters.Up.Pack(_dense);
        _gate = parameters.Gate?.Pack(_dense);
        _down = parameters.Down.Pack(_dense);
        _upBias = new ConstantRow(parameters.UpBias);
        _gateBias = new ConstantRow(parameters.GateBias);
        _downBias = new ConstantRow(parameters.DownBias);
    }

    /// <inheritdoc/>
    public override int InputWidth => _up.InputWidth;

    /// <inheritdoc/>
    public override int OutputWidth => _down.OutputWidth;

    /// <inheritdoc/>
    public override Precision Precision => _up.Precision;

    /// <inheritdoc/>
    public override string Version => _up.Version;

    /// <inheritdoc/>
    public override long ByteCount => _up.ByteCount + (_gate?.ByteCount ?? 0) + _down.ByteCount
        + _upBias.ByteCount + _gateBias.ByteCount + _downBias.ByteCount;

    /// <inheritdoc/>
    public override void Run(in Execution execution, View x, View y) => _dense.RunFeedForward(
        execution,
        x,
        new FeedForwardMatrices
        {
            Up = _up,
            UpBias = _upBias.View,
            Gate = _gate,
            GateBias = _gateBias.View,
            Activation = _activation,
            Down = _down,
            DownBias = _downBias.View,
        },
        y);

    /// <inheritdoc/>
    public override void Dispose()
    {
        _up.Dispose();
        _gate?.Dispose();
        _down.Dispose();
        _upBias.Dispose();
        _gateBias.Dispose();
        _downBias.Dispose();
    }
}
