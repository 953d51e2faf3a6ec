using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>Router, top-k and experts against the dense network they are cut from: gelu(x W1 + b) W2.</summary>
internal sealed unsafe class ExpertProblem : KernelProblem
{
    private static readonly Activation Gelu = new(ActivationKind.Gelu);

    private static readonly Activation GeluTanh = new(ActivationKind.GeluTanh);

    private readonly BenchNetwork _network;
    private readonly float[] _up;
    private readonly float[] _bias;
    private readonly float[] _down;
    private readonly float[] _router;
    private readonly View _x;
    private readonly View _y;
    private readonly View _biasRow;
    private readonly View _denseY;
    private readonly View _scores;
    private readonly Routing _routing;
    private readonly View _mixtureY;

    public ExpertProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        var (d, h) = (@case.InputWidth, @case.HiddenWidth);
        _network = new BenchNetwork(d, h, seed: 1, hasGelu: true, hasDownBias: false);
        _up = _network.Up;
        _bias = _network.UpBias!;
        _down = _network.Down;
        _router = Sample(5, d * @case.Experts);
        _x = Rent(@case.Tokens, d, Sample(2, @case.Tokens * d));
        _y = Rent(@case.Tokens, d);
        _biasRow = Rent(1, h, _bias);
        _denseY = Rent(@case.Tokens, d);
        _scores = Rent(@case.Tokens, @case.Experts);
        _routing = Routing.Rent(Memory, @case.Tokens, @case.Active);
        _mixtureY = @case.Precision == Precision.Float32 ? Rent(@case.Tokens, d) : default;
    }

    public override double Operations => 4.0 * Case.Tokens * Case.InputWidth * Width * Case.Active;

    public override double WeightBytes =>
        (double)_up.Length * 2 / Case.Experts * Math.Min(Case.Experts, Case.Active * Case.Tokens) * BytesPerWeight;

    public override ExpertMixture? Mixture => field ??= Case.Precision == Precision.Float32 ? OpenMixture() : null;

    private int Width => Case.HiddenWidth / Case.Experts;

    public override Contender Prepare(Backend backend) => Prepare(backend, Case.Precision, _y);

    protected override OnnxRuntimeBaseline OpenBaseline(Precision precision, OnnxRuntimeThreads threads) =>
        OnnxRuntimeBaseline.FeedForward([_network], _x, Rent(Case.Tokens, Case.InputWidth), threads, precision);

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

    public override Contender? PrepareFloat32(Backend backend) =>
        Case.Precision == Precision.Float32 ? null : Prepare(backend, Precision.Float32, Rent(Case.Tokens, Case.InputWidth));

    private Contender Prepare(Backend backend, Precision precision, View y) => Prepare(backend, precision, y, Gelu, RoutingWeights.None);

    private Contender Prepare(Backend backend, Precision precision, View y, Activation activation, RoutingWeights routingWeights)
    {
        var weights = new ExpertWeights
        {
            Experts = Case.Experts,
            InputWidth = Case.InputWidth,
            ExpertWidth = Width,
            OutputWidth = Case.InputWidth,
            Activation = activation,
            Up = ByExpert(),
            UpBias = _bias,
            Down = _down,
        };
        var experts = backend.Experts.Pack(weights, precision);
        var router = backend.Dense.Pack(_router, Case.InputWidth, Case.Experts, Precision.Float32);
        Owned.Add(experts);
        Owned.Add(router);
        var execution = Enter();
        var options = new RoutingOptions { K = Case.Active, Weights = routingWeights };
        return new Contender(backend.Name, () =>
        {
            backend.Dense.Run(execution, _x, router, default, _scores);
            backend.Routing.Run(execution, _scores, options, _routing);
            new Span<float>((void*)y.Address, y.Rows * y.Columns).Clear();
            backend.Experts.Run(execution, _x, _routing, experts, 1, y);
        });
    }

    public override Contender? PrepareDense(Backend backend)
    {
        var up = backend.Dense.Pack(_up, Case.InputWidth, Case.HiddenWidth, Case.Precision);
        var down = backend.Dense.Pack(_down, Case.HiddenWidth, Case.InputWidth, Case.Precision);
        Owned.Add(up);
        Owned.Add(down);
        var execution = Enter();
        var network = new FeedForwardMatrices { Up = up, UpBias = _biasRow, Activation = Gelu, Down = down };
        return new Contender($"{backend.Name} dense", () => backend.Dense.RunFeedForward(execution, _x, network, _denseY));
    }

    public override double? MeasureError()
    {
        var d = Case.InputWidth;
        var exact = new double[d];
        for (var i = 0; i < _routing.Counts.RowInt32(0)[0]; i++)
        {
            var first = _routing.Experts.RowInt32(0)[i] * Width;
            for (var b = first; b < first + Width; b++)
            {
                var sum = (double)_bias[b];
                for (var k = 0; k < d; k++)
                {
                    sum += (double)_x.Row(0)[k] * _up[(k * Case.HiddenWidth) + b];
                }

                var hidden = ReferenceActivation.Exact(Gelu, sum);
                for (var o = 0; o < d; o++)
                {
                    exact[o] += hidden * _down[(b * d) + o];
                }
            }
        }

        var error = exact.Select((value, o) => Math.Abs(value - _y.Row(0)[o])).Max();
        return error / exact.Max(Math.Abs);
    }

    private ExpertMixture OpenMixture()
    {
        var y = Rent(Case.Tokens, Case.InputWidth);
        var weights = MixtureWeights.Cut(_network, Case.Experts);
        var mixture = new ExpertMixture(() => OnnxRuntimeBaseline.MixtureOfExperts(weights, _router, Case.Active, _x, y, new OnnxRuntimeThreads(Threads)), y, _scores, Case.Active);
        Owned.Add(mixture);
        return mixture;
    }

    /// <summary><c>[D, H]</c> cut into <c>[E, D, H / E]</c>.</summary>
    private float[] ByExpert()
    {
        var cut = new float[_up.Length];
        for (var e = 0; e < Case.Experts; e++)
        {
            for (var k = 0; k < Case.InputWidth; k++)
            {
                var row = _up.AsSpan((k * Case.HiddenWidth) + (e * Width), Width);
                row.CopyTo(cut.AsSpan(((e * Case.InputWidth) + k) * Width, Width));
            }
        }

        return cut;
    }
}
