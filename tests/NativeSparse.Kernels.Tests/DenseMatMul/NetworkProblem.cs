namespace NativeSparse.Kernels.Tests;

/// <summary>One random int8 feed-forward network with its operands.</summary>
internal sealed class NetworkProblem : IDisposable
{
    private readonly Backend _backend;
    private readonly PackedMatrix _up;
    private readonly PackedMatrix? _gate;
    private readonly PackedMatrix _down;
    private readonly Operand _x;
    private readonly Operand _upBias;
    private readonly Operand _downBias;
    private readonly List<Host> _hosts = [];

    public NetworkProblem(Backend backend, int rows, int inputs, int hidden, int outputs, bool isGated, int seed)
    {
        var random = new Random(seed);
        _backend = backend;
        _up = backend.Dense.Pack(Operand.Sample(random, inputs * hidden), inputs, hidden, Precision.Int8);
        var gate = Operand.Sample(random, inputs * hidden);
        _gate = isGated ? backend.Dense.Pack(gate, inputs, hidden, Precision.Int8) : null;
        _down = backend.Dense.Pack(Operand.Sample(random, hidden * outputs), hidden, outputs, Precision.Int8);
        _x = new Operand(rows, inputs, 1, random: random);
        _upBias = new Operand(1, hidden, random: random);
        _downBias = new Operand(1, outputs, random: random);
        Y = new Operand(rows, outputs, 2);
    }

    public Activation Activation { get; init; } = new(ActivationKind.Gelu);

    public Operand Y { get; }

    private FeedForwardMatrices Network => new()
    {
        Up = _up,
        UpBias = _upBias.View,
        Gate = _gate,
        GateBias = _gate is null ? default : _upBias.View,
        Activation = Activation,
        Down = _down,
        DownBias = _downBias.View,
    };

    public void Run(int part, int threads)
    {
        using var host = new Host(threads);
        for (var first = 0; first < _x.View.Rows; first += part)
        {
            var count = Math.Min(part, _x.View.Rows - first);
            _backend.Dense.RunFeedForward(host.Execution, _x.View.Slice(first, count), Network, Y.View.Slice(first, count));
        }
    }

    /// <summary>A run on one host, to be repeated.</summary>
    public Action Prepare(int threads)
    {
        var host = new Host(threads);
        _hosts.Add(host);
        var network = Network;
        return () => _backend.Dense.RunFeedForward(host.Execution, _x.View, network, Y.View);
    }

    public void Dispose()
    {
        _up.Dispose();
        _gate?.Dispose();
        _down.Dispose();
        _x.Dispose();
        _upBias.Dispose();
        _downBias.Dispose();
        Y.Dispose();
        _hosts.ForEach(host => host.Dispose());
    }
}
