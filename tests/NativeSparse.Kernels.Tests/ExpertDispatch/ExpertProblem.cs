using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Random experts, tokens and routing, and the answer in float64.</summary>
internal sealed unsafe class ExpertProblem : IDisposable
{
    private readonly Backend _backend;
    private readonly ExpertWeights _weights;
    private readonly Scratch _memory = new();
    private readonly List<Host> _hosts = [];

    public ExpertProblem(Backend backend, ExpertShape shape, int seed, Precision precision = Precision.Float32)
        : this(backend, shape, new Random(seed), weights: null, precision)
    {
    }

    /// <summary>The tokens and routing of a seed, and float32 experts of these weights.</summary>
    public ExpertProblem(Backend backend, ExpertShape shape, int seed, ExpertWeights weights)
        : this(backend, shape, new Random(seed), weights, Precision.Float32)
    {
    }

    private ExpertProblem(Backend backend, ExpertShape shape, Random random, ExpertWeights? weights, Precision precision)
    {
        Shape = shape;
        _backend = backend;
        var sampled = shape.Sample(random);
        _weights = weights ?? sampled;
        Packed = backend.Experts.Pack(_weights, precision);
        X = new Operand(shape.Tokens, shape.Inputs, gap: 2, random: random);
        Y = new Operand(shape.Tokens, shape.Outputs, gap: 1);
        Routing = Routing.Rent(_memory, shape.Tokens, Math.Max(shape.Active, 1));
        Route(random, (t, e) => random.NextDouble());
    }

    public ExpertShape Shape { get; }

    public PackedExperts Packed { get; }

    public Operand X { get; }

    public Operand Y { get; }

    public Routing Routing { get; }

    /// <summary>Each token takes the experts of its lowest keys.</summary>
    public void Route(Random random, Func<int, int, double> key)
    {
        for (var t = 0; t < Shape.Tokens; t++)
        {
            var chosen = Enumerable.Range(0, Shape.Experts).OrderBy(e => key(t, e)).Take(Shape.Active).Order().ToArray();
            Routing.Counts.RowInt32(0)[t] = chosen.Length;
            for (var i = 0; i < chosen.Length; i++)
            {
                Routing.Experts.RowInt32(t)[i] = chosen[i];
                Routing.Weights.Row(t)[i] = random.NextSingle();
            }
        }
    }

    public void Run(int threads, float scale)
    {
        Reset();
        using var host = new Host(threads);
        _backend.Experts.Run(host.Execution, X.View, Routing, Packed, scale, Y.View);
    }

    public void RunInParts(int part, int threads, float scale)
    {
        Reset();
        using var host = new Host(threads);
        for (var first = 0; first < Shape.Tokens; first += part)
        {
            var count = Math.Min(part, Shape.Tokens - first);
            var counts = View.Create(Routing.Counts.Address + ((nint)first * sizeof(int)), 1, count, ElementType.Int32);
            var routing = new Routing
            {
                Counts = counts,
                Experts = Routing.Experts.Slice(first, count),
                Weights = Routing.Weights.Slice(first, count),
            };
            _backend.Experts.Run(host.Execution, X.View.Slice(first, count), routing, Packed, scale, Y.View.Slice(first, count));
        }
    }

    /// <summary>Tokens alone, in parts and all at once, on any threads, give the same bits.</summary>
    public void AssertTokensStandAlone(float scale)
    {
        Run(1, scale);
        var expected = Y.Values();
        foreach (var threads in new[] { 1, 2, 5 })
        {
            foreach (var part in new[] { 1, 2, 7, 32, Shape.Tokens })
            {
                RunInParts(part, threads, scale);
                Assert.Equal(expected, Y.Values());
            }
        }
    }

    public Action Prepare(int threads)
    {
        var host = new Host(threads);
        _hosts.Add(host);
        return () => _backend.Experts.Run(host.Execution, X.View, Routing, Packed, 1, Y.View);
    }

    public void AssertMatches(float scale)
    {
        for (var t = 0; t < Shape.Tokens; t++)
        {
            var (expected, magnitude) = Exact(t, scale);
            for (var o = 0; o < Shape.Outputs; o++)
            {
                var error = Math.Abs(Y.Row(t)[o] - expected[o]);
                var limit = (Tolerance.OfSum(Shape.Inputs + (Shape.Width * Shape.Active), magnitude[o]) * Tolerance.ActivationSlope) + 1e-6;
                Assert.True(error <= limit, $"[{t}, {o}]: error {error}, limit {limit}");
            }
        }

        Assert.True(X.GapsAreUntouched() && Y.GapsAreUntouched());
    }

    public void Dispose()
    {
        Packed.Dispose();
        X.Dispose();
        Y.Dispose();
        _memory.Dispose();
        _hosts.ForEach(host => host.Dispose());
    }

    private void Reset()
    {
        for (var t = 0; t < Shape.Tokens; t++)
        {
            Y.Row(t).Fill(Start(t));
        }
    }

    /// <summary>What y holds before the experts are added.</summary>
    private static float Start(int token) => 0.25f * (token % 5);

    private (double[] Values, double[] Magnitudes) Exact(int token, float scale)
    {
        var values = Enumerable.Repeat((double)Start(token), Shape.Outputs).ToArray();
        var magnitudes = values.ToArray();
        for (var i = 0; i < Routing.Counts.RowInt32(0)[token]; i++)
        {
            var expert = Routing.Experts.RowInt32(token)[i];
            var weight = (double)Routing.Weights.Row(token)[i] * scale;
            var (hidden, hiddenMagnitude) = Hidden(token, expert);
            for (var o = 0; o < Shape.Outputs; o++)
            {
                var bias = _weights.ExpertBias.IsEmpty ? 0 : _weights.ExpertBias.Span[(expert * Shape.Outputs) + o];
                values[o] += weight * bias;
                magnitudes[o] += Math.Abs(weight * bias);
                for (var b = 0; b < Shape.Width; b++)
                {
                    var down = (double)_weights.Down.Span[(((expert * Shape.Width) + b) * Shape.Outputs) + o];
                    values[o] += weight * hidden[b] * down;
                    magnitudes[o] += Math.Abs(weight * down) * hiddenMagnitude[b];
                }
            }
        }

        return (values, magnitudes);
    }

    private (double[] Values, double[] Magnitudes) Hidden(int token, int expert)
    {
        var (up, upMagnitude) = Project(token, expert, _weights.Up.Span, _weights.UpBias.Span);
        if (_weights.Gate.IsEmpty)
        {
            return (up.Select(Act).ToArray(), upMagnitude);
        }

        var (gate, gateMagnitude) = Project(token, expert, _weights.Gate.Span, _weights.GateBias.Span);
        return (up.Zip(gate, (u, g) => u * Act(g)).ToArray(), upMagnitude.Zip(gateMagnitude, (u, g) => u * (g + 1)).ToArray());
    }

    private double Act(double x) => ReferenceActivation.Exact(_weights.Activation, x);

    private (double[] Values, double[] Magnitudes) Project(int token, int expert, ReadOnlySpan<float> weights, ReadOnlySpan<float> bias)
    {
        var values = new double[Shape.Width];
        var magnitudes = new double[Shape.Width];
        for (var b = 0; b < Shape.Width; b++)
        {
            values[b] = bias.IsEmpty ? 0 : bias[(expert * Shape.Width) + b];
            magnitudes[b] = Math.Abs(values[b]);
            for (var d = 0; d < Shape.Inputs; d++)
            {
                var product = (double)X.Row(token)[d] * weights[(((expert * Shape.Inputs) + d) * Shape.Width) + b];
                values[b] += product;
                magnitudes[b] += Math.Abs(product);
            }
        }

        return (values, magnitudes);
    }
}
