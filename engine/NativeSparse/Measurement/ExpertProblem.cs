using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// Router, top-k and experts against the dense network they are cut from: gelu(x W1 + b) W2. As a cold case, layers with weights of their
/// own, one after the other, which all read the same rows.
/// </summary>
internal sealed unsafe class ExpertProblem : KernelProblem
{
    private static readonly Activation Gelu = new(ActivationKind.Gelu);

    private static readonly Activation GeluTanh = new(ActivationKind.GeluTanh);

    private readonly BenchNetwork[] _layers;
    private readonly float[] _router;
    private readonly View _x;
    private readonly View _y;
    private readonly View _denseY;
    private readonly View _scores;
    private readonly Routing _routing;
    private readonly View _mixtureY;

    public ExpertProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        var (d, h) = (@case.InputWidth, @case.HiddenWidth);
        var layers = @case.IsCold ? (int)Math.Ceiling(ColdBytes / (2.0 * d * h * BytesPerWeight)) : 1;
        _layers = [.. Enumerable.Range(1, layers).Select(seed => new BenchNetwork(d, h, seed, hasGelu: true, hasDownBias: false))];
        _router = Sample(5, d * @case.Experts);
        _x = Rent(@case.Tokens, d, Sample(2, @case.Tokens * d));
        _y = Rent(@case.Tokens, d);
        _denseY = Rent(@case.Tokens, d);
        _scores = Rent(@case.Tokens, @case.Experts);
        _routing = Routing.Rent(Memory, @case.Tokens, @case.Active);
        _mixtureY = @case.Precision == Precision.Float32 ? Rent(@case.Tokens, d) : default;
    }

    public override double Operations => 4.0 * Case.Tokens * Case.InputWidth * Width * Case.Active * _layers.Length;

    public override double WeightBytes =>
        2.0 * Case.InputWidth * Width * _layers.Length * Math.Min(Case.Experts, Case.Active * Case.Tokens) * BytesPerWeight;

    public override ExpertMixture? Mixture => field ??= Case.Precision == Precision.Float32 ? OpenMixture() : null;

    private int Width => Case.HiddenWidth / Case.Experts;

    public override Contender Prepare(Backend backend) => Prepare(backend, Case.Precision, _y);

    protected override OnnxRuntimeBaseline OpenBaseline(Precision precision, OnnxRuntimeThreads threads) =>
        OnnxRuntimeBaseline.FeedForward(_layers, _x, Rent(Case.Tokens, Case.InputWidth), threads, precision);

    public override Contender? PrepareLikeMixture(Backend backend)
    {
        if (Mixture?.Theirs is null)
        {
            return null;
        }

        var like = Prepare(backend, Case.Precision, _mixtureY, GeluTanh, RoutingWeights.SoftmaxRenormalized);
        like.Run();
        Mixture.Verify(_mixtureY);
        return Mixture.Theirs is null ? null : like;
    }

    public override Contender? PrepareAt(Backend backend, Precision precision) =>
        Case.IsCold ? null : Prepare(backend, precision, Rent(Case.Tokens, Case.InputWidth));

    private Contender Prepare(Backend backend, Precision precision, View y) => Prepare(backend, precision, y, Gelu, RoutingWeights.None);

    private Contender Prepare(Backend backend, Precision precision, View y, Activation activation, RoutingWeights routingWeights)
    {
        var layers = Array.ConvertAll(_layers, layer => backend.Experts.Pack(Cut(layer, activation), precision));
        var router = backend.Dense.Pack(_router, Case.InputWidth, Case.Experts, Precision.Float32);
        Array.ForEach(layers, Owned.Add);
        Owned.Add(router);
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
                var sum = (double)network.UpBias![b];
                for (var k = 0; k < d; k++)
                {
                    sum += (double)_x.Row(0)[k] * network.Up[(k * Case.HiddenWidth) + b];
                }

                var hidden = ReferenceActivation.Exact(Gelu, sum);
                for (var o = 0; o < d; o++)
                {
                    exact[o] += hidden * network.Down[(b * d) + o];
                }
            }
        }

        var error = exact.Select((value, o) => Math.Abs(value - _y.Row(0)[o])).Max();
        return error / exact.Max(Math.Abs);
    }

    private ExpertMixture OpenMixture()
    {
        var y = Rent(Case.Tokens, Case.InputWidth);
        var weights = MixtureWeights.Cut(_layers[0], Case.Experts);
        var mixture = new ExpertMixture(() => OnnxRuntimeBaseline.MixtureOfExperts(weights, _router, Case.Active, _x, y, new OnnxRuntimeThreads(Threads)), y, _scores, Case.Active);
        Owned.Add(mixture);
        return mixture;
    }

    private ExpertWeights Cut(BenchNetwork network, Activation activation) => new()
    {
        Experts = Case.Experts,
        InputWidth = Case.InputWidth,
        ExpertWidth = Width,
        OutputWidth = Case.InputWidth,
        Activation = activation,
        Up = ByExpert(network.Up),
        UpBias = network.UpBias,
        Down = network.Down,
    };

    private FeedForwardMatrices PackDense(Backend backend, BenchNetwork network)
    {
        var up = backend.Dense.Pack(network.Up, Case.InputWidth, Case.HiddenWidth, Case.Precision);
        var down = backend.Dense.Pack(network.Down, Case.HiddenWidth, Case.InputWidth, Case.Precision);
        Owned.Add(up);
        Owned.Add(down);
        return new FeedForwardMatrices { Up = up, UpBias = Rent(1, Case.HiddenWidth, network.UpBias), Activation = Gelu, Down = down };
    }

    /// <summary><c>[D, H]</c> cut into <c>[E, D, H / E]</c>.</summary>
    private float[] ByExpert(float[] up)
    {
        var cut = new float[up.Length];
        for (var e = 0; e < Case.Experts; e++)
        {
            for (var k = 0; k < Case.InputWidth; k++)
            {
                var row = up.AsSpan((k * Case.HiddenWidth) + (e * Width), Width);
                row.CopyTo(cut.AsSpan(((e * Case.InputWidth) + k) * Width, Width));
            }
        }

        return cut;
    }
}
