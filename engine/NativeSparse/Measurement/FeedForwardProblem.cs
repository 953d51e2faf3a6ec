using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// A chain of networks y = gelu(x W1 + b) W2 + c, or gated y = (silu(x Wg) * (x Wu)) Wd, each with its own weights; as a cold dense case, a
/// chain of pairs of products.
/// </summary>
internal sealed unsafe class FeedForwardProblem : KernelProblem
{
    /// <summary>Networks of a warm chain: their weights come from the outer cache, as in a model.</summary>
    private const int WarmLayers = 4;

    /// <summary>Bytes of a warm chain at most, in float32: a network that is larger by itself comes from memory anyway.</summary>
    private const double WarmBytes = 256e6;

    private readonly BenchNetwork[] _chain;
    private readonly double _weights;
    private readonly View _x;
    private readonly View _y;

    public FeedForwardProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        var (d, h) = (@case.InputWidth, @case.HiddenWidth);
        var layerWeights = (@case.IsGated ? 3.0 : 2.0) * d * h;
        var layers = @case.IsCold
            ? (int)Math.Ceiling(ColdBytes / (layerWeights * BytesPerWeight))
            : (int)Math.Clamp(WarmBytes / (layerWeights * sizeof(float)), 1, WarmLayers);
        var hasGelu = @case.Family == KernelFamily.FeedForward;
        _chain = [.. Enumerable.Range(0, layers).Select(layer => new BenchNetwork(d, h, layer, hasGelu, isGated: @case.IsGated))];
        _weights = layerWeights * layers;
        _x = Rent(@case.Tokens, d, Sample(2, @case.Tokens * d));
        _y = Rent(@case.Tokens, d);
    }

    public override double Operations => 2.0 * Case.Tokens * _weights;

    public override double WeightBytes => _weights * BytesPerWeight;

    public override Contender Prepare(Backend backend) => Prepare(backend, Case.Precision, _y);

    protected override OnnxRuntimeBaseline OpenBaseline(Precision precision, OnnxRuntimeThreads threads) =>
        OnnxRuntimeBaseline.FeedForward(_chain, _x, Rent(Case.Tokens, Case.InputWidth), threads, precision);

    public override Contender? PrepareDense(Backend backend) => null;

    public override Contender? PrepareAt(Backend backend, Precision precision) =>
        Case.IsCold ? null : Prepare(backend, precision, Rent(Case.Tokens, Case.InputWidth));

    /// <summary>Against the chain in float64, for the first row.</summary>
    public override double? MeasureError()
    {
        var row = new ReadOnlySpan<float>(_x.Row(0), Case.InputWidth).ToArray().Select(value => (double)value).ToArray();
        foreach (var network in _chain)
        {
            var hidden = Multiply(row, network.Up, network.UpBias, Case.HiddenWidth);
            var activated = network.Gate is null ? hidden : Multiply(row, network.Gate, null, Case.HiddenWidth);
            activated = [.. activated.Select(value => ReferenceActivation.Exact(network.Activation, value))];
            hidden = network.Gate is null ? activated : [.. hidden.Zip(activated, (up, gate) => up * gate)];
            row = Multiply(hidden, network.Down, network.DownBias, Case.InputWidth);
        }

        var error = row.Select((value, o) => Math.Abs(value - _y.Row(0)[o])).Max();
        return error / row.Max(Math.Abs);
    }

    private static double[] Multiply(double[] row, float[] weights, float[]? bias, int outputs)
    {
        var sums = new double[outputs];
        for (var k = 0; k < row.Length; k++)
        {
            for (var n = 0; n < outputs; n++)
            {
                sums[n] += row[k] * weights[(k * outputs) + n];
            }
        }

        for (var n = 0; n < outputs; n++)
        {
            sums[n] += bias?[n] ?? 0;
        }

        return sums;
    }

    private Contender Prepare(Backend backend, Precision precision, View y)
    {
        var between = Rent(Case.Tokens, Case.InputWidth);
        var networks = Array.ConvertAll(_chain, network => Pack(backend, network, precision));
        var execution = Enter();
        return new Contender(backend.Name, () =>
        {
            for (var layer = 0; layer < networks.Length; layer++)
            {
                // The last network writes y; those before it take turns.
                var source = layer == 0 ? _x : (networks.Length - layer) % 2 == 0 ? y : between;
                var destination = (networks.Length - layer) % 2 == 0 ? between : y;
                backend.Dense.RunFeedForward(execution, source, networks[layer], destination);
            }
        });
    }

    private FeedForwardMatrices Pack(Backend backend, BenchNetwork network, Precision precision)
    {
        return new FeedForwardMatrices
        {
            Up = Pack(network.Up, network.InputWidth, network.HiddenWidth),
            UpBias = network.UpBias is null ? default : Rent(1, network.HiddenWidth, network.UpBias),
            Gate = network.Gate is null ? null : Pack(network.Gate, network.InputWidth, network.HiddenWidth),
            Activation = network.Activation,
            Down = Pack(network.Down, network.HiddenWidth, network.InputWidth),
            DownBias = network.DownBias is null ? default : Rent(1, network.InputWidth, network.DownBias),
        };

        PackedMatrix Pack(float[] weights, int inputs, int outputs)
        {
            var packed = backend.Dense.Pack(weights, inputs, outputs, precision);
            Owned.Add(packed);
            return packed;
        }
    }
}
