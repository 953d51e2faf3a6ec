namespace NativeSparse.Kernels.Tests;

/// <summary>A random network in packed matrices; gated ones have biases.</summary>
internal sealed class SharedNetwork : IDisposable
{
    private readonly Operand _upBias;
    private readonly Operand _gateBias;
    private readonly bool _isGated;

    public SharedNetwork(Backend backend, int inputs, int neurons, int outputs, bool isGated, Precision precision = Precision.Float32)
    {
        var random = new Random(neurons);
        PackedMatrix Matrix(int rows, int columns) =>
            backend.Dense.Pack(Operand.Sample(random, rows * columns), rows, columns, precision);
        _isGated = isGated;
        _upBias = new Operand(1, neurons, random: random);
        _gateBias = new Operand(1, neurons, random: random);
        Matrices = new FeedForwardMatrices
        {
            Up = Matrix(inputs, neurons),
            UpBias = isGated ? _upBias.View : default,
            Gate = isGated ? Matrix(inputs, neurons) : null,
            GateBias = isGated ? _gateBias.View : default,
            Activation = new Activation(isGated ? ActivationKind.Silu : ActivationKind.Gelu),
            Down = Matrix(neurons, outputs),
        };
    }

    public FeedForwardMatrices Matrices { get; }

    public FeedForwardMatrices WithDown(PackedMatrix down) => Copy(down, default);

    public FeedForwardMatrices WithDownBias(View bias) => Copy(Matrices.Down, bias);

    public void Dispose()
    {
        Matrices.Up.Dispose();
        Matrices.Gate?.Dispose();
        Matrices.Down.Dispose();
        _upBias.Dispose();
        _gateBias.Dispose();
    }

    private FeedForwardMatrices Copy(PackedMatrix down, View downBias) => new()
    {
        Up = Matrices.Up,
        UpBias = Matrices.UpBias,
        Gate = _isGated ? Matrices.Gate : null,
        GateBias = Matrices.GateBias,
        Activation = Matrices.Activation,
        Down = down,
        DownBias = downBias,
    };
}
