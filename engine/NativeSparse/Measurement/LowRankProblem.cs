using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>
/// Router, top-k and experts that are one shared network and a low-rank delta each, against the naive way: every expert a whole network with its
/// delta merged. tanh GELU and softmax weights, as ONNX Runtime's MoE operator computes them.
/// </summary>
internal sealed unsafe class LowRankProblem : KernelProblem
{
    private const float DeltaScale = 2;

    private static readonly Activation Activation = new(ActivationKind.GeluTanh);

    private readonly BenchNetwork _network;
    private readonly LowRankWeights _deltas;
    private readonly MergedExperts _merged;
    private readonly float[] _router;
    private readonly View _x;
    private readonly View _y;
    private readonly View _naiveY;
    private readonly View _biasRow;
    private readonly View _scores;
    private readonly Routing _routing;
    private Contender? _own;

    public LowRankProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        var (t, d, h, e, r) = (@case.Tokens, @case.InputWidth, @case.HiddenWidth, @case.Experts, KernelCase.Rank);
        _network = new BenchNetwork(d, h, seed: 1, hasGelu: true, hasDownBias: false);
        _deltas = new LowRankWeights
        {
            Experts = e,
            InputWidth = d,
            HiddenWidth = h,
            OutputWidth = d,
            Rank = r,
            Scale = DeltaScale,
            UpIn = SampleFactor(10, e * d * r, d),
            UpOut = SampleFactor(11, e * r * h, r),
            DownIn = SampleFactor(12, e * h * r, h),
            DownOut = SampleFactor(13, e * r * d, r),
        };
        _merged = MergedExperts.Of(_network, _deltas);
        _router = Sample(5, d * e);
        _x = Rent(t, d, Sample(2, t * d));
        _y = Rent(t, d);
        _naiveY = Rent(t, d);
        _biasRow = Rent(1, h, _network.UpBias);
        _scores = Rent(t, e);
        _routing = Routing.Rent(Memory, t, @case.Active);
    }

    public override double Operations => 4.0 * Case.Tokens * (((double)Case.InputWidth * Case.HiddenWidth) + (Case.Active * DeltaWeights / 2));

    public override double WeightBytes =>
        sizeof(float) * ((2.0 * Case.InputWidth * Case.HiddenWidth) + (Math.Min(Case.Experts, Case.Active * Case.Tokens) * DeltaWeights));

    public override ExpertMixture? Mixture => field ??= OpenMixture();

    /// <summary>Weights of one expert's deltas.</summary>
    private double DeltaWeights => 2.0 * KernelCase.Rank * (Case.InputWidth + Case.HiddenWidth);

    public override Contender Prepare(Backend backend)
    {
        var network = new FeedForwardMatrices
        {
            Up = Pack(backend, _network.Up, Case.InputWidth, Case.HiddenWidth),
            UpBias = _biasRow,
            Activation = Activation,
            Down = Pack(backend, _network.Down, Case.HiddenWidth, Case.InputWidth),
        };
        var deltas = backend.Experts.Pack(_deltas);
        Owned.Add(deltas);
        var execution = Enter();
        var route = PrepareRoute(backend);
        return _own = new Contender(backend.Name, () =>
        {
            route();
            Clear(_y);
            backend.Experts.Run(execution, _x, _routing, network, deltas, 1, _y);
        });
    }

    /// <summary>The naive way.</summary>
    public override Contender? PrepareDense(Backend backend)
    {
        var experts = backend.Experts.Pack(_merged.ForKernels(Activation), Precision.Float32);
        Owned.Add(experts);
        var execution = Enter();
        var route = PrepareRoute(backend);
        return new Contender($"{backend.Name} merged", () =>
        {
            route();
            Clear(_naiveY);
            backend.Experts.Run(execution, _x, _routing, experts, 1, _naiveY);
        });
    }

    public override Contender? PrepareLikeMixture(Backend backend)
    {
        if (Mixture?.Theirs is null || _own is not { } own)
        {
            return null;
        }

        own.Run();
        Mixture.Verify(_y);
        return Mixture.Theirs is null ? null : own;
    }

    /// <summary>Against the merged networks in float64, for the first row.</summary>
    public override double? MeasureError()
    {
        var row = new ReadOnlySpan<float>(_x.Row(0), Case.InputWidth);
        var exact = new double[Case.InputWidth];
        for (var i = 0; i < _routing.Counts.RowInt32(0)[0]; i++)
        {
            _merged.AddExact(_routing.Experts.RowInt32(0)[i], _routing.Weights.Row(0)[i], Activation, row, exact);
        }

        var error = exact.Select((value, o) => Math.Abs(value - _y.Row(0)[o])).Max();
        return error / exact.Max(Math.Abs);
    }

    /// <summary>Largest difference of the last runs of both ways, relative to the largest value.</summary>
    public double MeasureNaiveDifference()
    {
        var (difference, largest) = (0.0, 0.0);
        for (var t = 0; t < _y.Rows; t++)
        {
            for (var o = 0; o < _y.Columns; o++)
            {
                difference = Math.Max(difference, Math.Abs(_y.Row(t)[o] - _naiveY.Row(t)[o]));
                largest = Math.Max(largest, Math.Abs(_naiveY.Row(t)[o]));
            }
        }

        return difference / largest;
    }

    private ExpertMixture OpenMixture()
    {
        var y = Rent(Case.Tokens, Case.InputWidth);
        var mixture = new ExpertMixture(
            () => OnnxRuntimeBaseline.MixtureOfExperts(_merged.ForMixture(), _router, Case.Active, _x, y, new OnnxRuntimeThreads(Threads)),
            y,
            _scores,
            Case.Active);
        Owned.Add(mixture);
        return mixture;
    }

    private Action PrepareRoute(Backend backend)
    {
        var router = Pack(backend, _router, Case.InputWidth, Case.Experts);
        var execution = Enter();
        var options = new RoutingOptions { K = Case.Active, Weights = RoutingWeights.SoftmaxRenormalized };
        return () =>
        {
            backend.Dense.Run(execution, _x, router, default, _scores);
            backend.Routing.Run(execution, _scores, options, _routing);
        };
    }

    private PackedMatrix Pack(Backend backend, float[] weights, int inputs, int outputs)
    {
        var packed = backend.Dense.Pack(weights, inputs, outputs, Precision.Float32);
        Owned.Add(packed);
        return packed;
    }

    private static void Clear(View view) => new Span<float>((void*)view.Address, view.Rows * view.Columns).Clear();

    private static float[] SampleFactor(int seed, int count, int inputs) =>
        Array.ConvertAll(Sample(seed, count), value => value / MathF.Sqrt(inputs));
}
