using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// Router, top-k and experts against the dense network they are cut from: gelu(x W1 + b) W2, or gated (silu(x Wg) * (x Wu)) Wd. As a cold
/// case, layers with weights of their own, one after the other, which all read the same rows.
/// </summary>
internal sealed unsafe class ExpertProblem : KernelProblem
{
    private static readonly Activation GeluTanh = new(ActivationKind.GeluTanh);

    private readonly BenchNetwork[] _layers;
    private readonly float[] _router;
    private readonly View _x;
    private readonly View _y;
    private readonly View _denseY;
    private readonly View _scores;
    private readonly Routing _routing;
    private readonly View _mixtureY;
    private readonly Dictionary<Backend, PackedExperts[]> _packed = [];

    public ExpertProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        var (d, h) = (@case.InputWidth, @case.HiddenWidth);
        var layers = @case.IsCold ? (int)Math.Ceiling(ColdBytes / ((double)Matrices * d * h * BytesPerWeight)) : 1;
        _layers =
        [
            .. Enumerable.Range(1, layers).Select(seed => new BenchNetwork(d, h, seed, hasGelu: true, hasDownBias: false, isGated: @case.IsGated)),
        ];
        _router = Sample(5, d * @case.Experts);
        _x = Rent(@case.Tokens, d, Sample(2, @case.Tokens * d));
        _y = Rent(@case.Tokens, d);
        _denseY = Rent(@case.Tokens, d);
        _scores = Rent(@case.Tokens, @case.Experts);
        _routing = Routing.Rent(Memory, @case.Tokens, @case.Active);
        _mixtureY = HasMixture ? Rent(@case.Tokens, d) : default;
    }

    public override double Operations => 2.0 * Matrices * Case.Tokens * Case.InputWidth * Width * Case.Active * _layers.Length;

    public override double WeightBytes =>
        (double)Matrices * Case.InputWidth * Width * Math.Min(Case.Experts, Case.Active * Case.Tokens) * _layers.Length * BytesPerWeight;

    public override ExpertMixture? Mixture => field ??= HasMixture ? OpenMixture() : null;

    /// <summary>The operator gates only with weights in turns, and packs 4-bit zero points in pairs.</summary>
    private bool HasMixture => !Case.IsGated && !Case.IsCold && Case.Precision switch
    {
        Precision.Float32 or Precision.Int8 => true,
        Precision.Int4 => Case.InputWidth % (2 * QuantizedInt4Weights.Group) == 0 && Width % (2 * QuantizedInt4Weights.Group) == 0,
        _ => false,
    };

    private int Matrices => Case.IsGated ? 3 : 2;

    private int Width => Case.HiddenWidth / Case.Experts;

    private Activation Activation => _layers[0].Activation;

    public override Contender Prepare(Backend backend) =>
        Prepare(backend, _packed[backend] = PackExperts(backend, Case.Precision, Activation), _y, RoutingWeights.None);

    public override Contender PrepareRouted(Backend backend)
    {
        var layers = _packed[backend];
        var execution = Enter();
        var routing = Routing.Rent(Memory, Case.Tokens, Case.Active);
        var router = PackRouter(backend);
        backend.Dense.Run(execution, _x, router, default, _scores);
        backend.Routing.Run(execution, _scores, new RoutingOptions { K = Case.Active, Weights = RoutingWeights.None }, routing);
        var y = Rent(Case.Tokens, Case.InputWidth);
        return new Contender($"{backend.Name} routed", () =>
        {
            foreach (var experts in layers)
            {
                new Span<float>((void*)y.Address, y.Rows * y.Columns).Clear();
                backend.Experts.Run(execution, _x, routing, experts, 1, y);
            }
        });
    }

    public override NaiveRun? PrepareNaive(Device device)
    {
        if (Case.IsCold)
        {
            return null;
        }

        var naive = new NaiveExperts(device, ExpertCut.Of(_layers[0], Case.Experts, Activation));
        Owned.Add(naive);
        var y = Rent(Case.Tokens, Case.InputWidth);
        return new NaiveRun(
            new Contender($"{device.Name} naive", () =>
            {
                new Span<float>((void*)y.Address, y.Rows * y.Columns).Clear();
                naive.Run(_x, _routing, 1, y);
            }),
            () => CaseMemory.Difference(y, _y));
    }

    protected override OnnxRuntimeBaseline OpenBaseline(Precision precision, OnnxRuntimeThreads threads) =>
        OnnxRuntimeBaseline.FeedForward(_layers, _x, Rent(Case.Tokens, Case.InputWidth), threads, precision);

    public override Contender? PrepareLikeMixture(Backend backend)
    {
        if (Mixture?.Theirs is null)
        {
            return null;
        }

        var like = Prepare(backend, PackExperts(backend, Case.Precision, GeluTanh), _mixtureY, RoutingWeights.SoftmaxRenormalized);
        like.Run();
        Mixture.Verify(_mixtureY);
        return Mixture.Theirs is null ? null : like;
    }

    public override Contender? PrepareAt(Backend backend, Precision precision) =>
        Case.IsCold ? null : Prepare(backend, PackExperts(backend, precision, Activation), Rent(Case.Tokens, Case.InputWidth), RoutingWeights.None);

    private PackedExperts[] PackExperts(Backend backend, Precision precision, Activation activation)
    {
        var layers = Array.ConvertAll(_layers, layer => backend.Experts.Pack(ExpertCut.Of(layer, Case.Experts, activation), precision));
        Array.ForEach(layers, Owned.Add);
        return layers;
    }

    private PackedMatrix PackRouter(Backend backend)
    {
        var router = backend.Dense.Pack(_router, Case.InputWidth, Case.Experts, Precision.Float32);
        Owned.Add(router);
        return router;
    }

    private Contender Prepare(Backend backend, PackedExperts[] layers, View y, RoutingWeights routingWeights)
    {
        var router = PackRouter(backend);
        var execution = Enter();
        var options = new RoutingOptions { K = Case.Active, Weights = routingWeights };
        return new Contender(backend.Name, () =>
        {
            foreach (var experts in layers)
            {
                backend.Dense.Run(execution, _x, router, default, _scores);
                backend.Routing.Run(execution, _scores, options, _routing);
                new Span<float>((void*)y.Address, y.Rows * y.Columns).Clear();
                backend.Experts.Run(execution, _x, _routing, experts, 1, y);
            }
        });
    }

    public override Contender? PrepareDense(Backend backend)
    {
        var layers = Array.ConvertAll(_layers, layer => PackDense(backend, layer));
        var execution = Enter();
        return new Contender($"{backend.Name} dense", () =>
        {
            foreach (var network in layers)
            {
                backend.Dense.RunFeedForward(execution, _x, network, _denseY);
            }
        });
    }

    public override double? MeasureError()
    {
        var d = Case.InputWidth;
        var network = _layers[^1];
        var exact = new double[d];
        for (var i = 0; i < _routing.Counts.RowInt32(0)[0]; i++)
        {
            var first = _routing.Experts.RowInt32(0)[i] * Width;
            for (var b = first; b < first + Width; b++)
            {
                var up = Exact(network.Up, b) + (network.UpBias?[b] ?? 0);
                var hidden = network.Gate is { } gate
                    ? up * ReferenceActivation.Exact(network.Activation, Exact(gate, b))
                    : ReferenceActivation.Exact(network.Activation, up);
                for (var o = 0; o < d; o++)
                {
                    exact[o] += hidden * network.Down[(b * d) + o];
                }
            }
        }

        var error = exact.Select((value, o) => Math.Abs(value - _y.Row(0)[o])).Max();
        return error / exact.Max(Math.Abs);
    }

    /// <summary>The first row times one column.</summary>
    private double Exact(float[] weights, int column)
    {
        var sum = 0.0;
        for (var k = 0; k < Case.InputWidth; k++)
        {
            sum += (double)_x.Row(0)[k] * weights[(k * Case.HiddenWidth) + column];
        }

        return sum;
    }

    private FeedForwardMatrices PackDense(Backend backend, BenchNetwork network) => new()
    {
        Up = Pack(backend, network.Up, Case.InputWidth, Case.HiddenWidth),
        UpBias = network.UpBias is { } bias ? Rent(1, Case.HiddenWidth, bias) : default,
        Gate = network.Gate is { } gate ? Pack(backend, gate, Case.InputWidth, Case.HiddenWidth) : null,
        Activation = network.Activation,
        Down = Pack(backend, network.Down, Case.HiddenWidth, Case.InputWidth),
    };

    private PackedMatrix Pack(Backend backend, float[] weights, int inputs, int outputs)
    {
        var packed = backend.Dense.Pack(weights, inputs, outputs, Case.Precision);
        Owned.Add(packed);
        return packed;
    }

    private ExpertMixture OpenMixture()
    {
        var y = Rent(Case.Tokens, Case.InputWidth);
        var threads = new OnnxRuntimeThreads(Threads);
        var mixture = Case.Precision == Precision.Float32
            ? new ExpertMixture(
                () => OnnxRuntimeBaseline.MixtureOfExperts(MixtureWeights.Cut(_layers[0], Case.Experts), _router, Case.Active, _x, y, threads), y, _scores, Case.Active)
            : new ExpertMixture(
                () => OnnxRuntimeBaseline.QuantizedMixtureOfExperts(
                    QuantizedMixtureWeights.Round(ExpertCut.Of(_layers[0], Case.Experts, GeluTanh), Case.Precision), _router, Case.Active, _x, y, threads),
                y,
                _scores,
                Case.Active,
                isQuantized: true);
        Owned.Add(mixture);
        return mixture;
    }
}
