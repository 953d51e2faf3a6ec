using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// A chain of networks y = gelu(x W1 + b) W2 + c, each with its own weights; as a cold dense case, a chain of pairs of products.
/// </summary>
internal sealed unsafe class FeedForwardProblem : KernelProblem
{
    /// <summary>Networks of a warm chain: their weights come from the outer cache, as in a model.</summary>
    private const int WarmLayers = 4;

    /// <summary>Bytes of a cold chain: more than the caches hold.</summary>
    private const double ColdBytes = 160e6;

    private readonly BenchNetwork[] _chain;
    private readonly View _x;
    private readonly View _y;

    public FeedForwardProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        var (d, h) = (@case.InputWidth, @case.HiddenWidth);
        var layerBytes = 2.0 * d * h * BytesPerWeight;
        var layers = @case.IsCold ? (int)Math.Ceiling(ColdBytes / layerBytes) : WarmLayers;
        _chain = [.. Enumerable.Range(0, layers).Select(layer => new BenchNetwork(d, h, layer, @case.Family == KernelFamily.FeedForward))];
        _x = Rent(@case.Tokens, d, Sample(2, @case.Tokens * d));
        _y = Rent(@case.Tokens, d);
        Float32Baseline = Own("onnxruntime float32", OnnxRuntimeBaseline.FeedForward(_chain, _x, Rent(@case.Tokens, d), threads));
        Baseline = @case.Precision is Precision.Float32 or Precision.BFloat16
            ? Float32Baseline
            : Own($"onnxruntime {@case.Precision}", OnnxRuntimeBaseline.FeedForward(_chain, _x, Rent(@case.Tokens, d), threads, @case.Precision));
    }

    public override double Operations => 4.0 * Case.Tokens * Case.InputWidth * Case.HiddenWidth * _chain.Length;

    public override double WeightBytes => 2.0 * Case.InputWidth * Case.HiddenWidth * _chain.Length * BytesPerWeight;

    public override Contender? Baseline { get; }

    public override Contender? Float32Baseline { get; }

    public override Contender Prepare(Backend backend) => Prepare(backend, Case.Precision, _y);

    public override Contender? PrepareDense(Backend backend) => null;

    public override Contender? PrepareFloat32(Backend backend) =>
        Case.IsCold || Case.Precision == Precision.Float32 ? null : Prepare(backend, Precision.Float32, Rent(Case.Tokens, Case.InputWidth));

    /// <summary>Against the chain in float64, for the first row.</summary>
    public override double? MeasureError()
    {
        var row = new ReadOnlySpan<float>(_x.Row(0), Case.InputWidth).ToArray().Select(value => (double)value).ToArray();
        foreach (var network in _chain)
        {
            var hidden = Multiply(row, network.Up, network.UpBias, Case.HiddenWidth);
            if (network.HasGelu)
            {
                hidden = [.. hidden.Select(value => ReferenceActivation.Exact(new Activation(ActivationKind.Gelu), value))];
            }

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
        var up = backend.Dense.Pack(network.Up, network.InputWidth, network.HiddenWidth, precision);
        var down = backend.Dense.Pack(network.Down, network.HiddenWidth, network.InputWidth, precision);
        Owned.Add(up);
        Owned.Add(down);
        return new FeedForwardMatrices
        {
            Up = up,
            UpBias = network.UpBias is null ? default : Rent(1, network.HiddenWidth, network.UpBias),
            Activation = network.HasGelu ? new Activation(ActivationKind.Gelu) : default,
            Down = down,
            DownBias = network.DownBias is null ? default : Rent(1, network.InputWidth, network.DownBias),
        };
    }
}
