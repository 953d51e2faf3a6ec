using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>A random network, deltas, tokens and routing, and the answer in float64.</summary>
internal sealed unsafe class LowRankProblem : IDisposable
{
    public const float Start = 0.5f;
    private const float OutputScale = 0.75f;

    private readonly Backend _backend;
    private readonly LowRankWeights _deltas;
    private readonly RoutingRun _routed;
    private readonly Operand[] _biases;
    private readonly float[][] _matrices;
    private readonly bool _isGated;

    public LowRankProblem(
        Backend backend, int tokens, int inputs, int neurons, int outputs, int experts, int active, int rank, bool isGated, Precision precision)
    {
        var random = new Random(tokens + neurons);
        _backend = backend;
        _isGated = isGated;
        _matrices = [Small(random, inputs, neurons), Small(random, inputs, neurons), Small(random, neurons, outputs)];
        _biases = [new(1, neurons, random: random), new(1, neurons, random: random), new(1, outputs, random: random)];
        Network = new FeedForwardMatrices
        {
            Up = backend.Dense.Pack(_matrices[0], inputs, neurons, precision),
            UpBias = _biases[0].View,
            Gate = isGated ? backend.Dense.Pack(_matrices[1], inputs, neurons, precision) : null,
            GateBias = isGated ? _biases[1].View : default,
            Activation = new Activation(isGated ? ActivationKind.Silu : ActivationKind.Gelu),
            Down = backend.Dense.Pack(_matrices[2], neurons, outputs, precision),
            DownBias = _biases[2].View,
        };
        _deltas = new LowRankWeights
        {
            Experts = experts,
            InputWidth = inputs,
            HiddenWidth = neurons,
            OutputWidth = outputs,
            Rank = rank,
            Scale = 0.5f,
            UpIn = Small(random, inputs, experts * rank),
            UpOut = Small(random, rank, experts * neurons),
            GateIn = isGated ? Small(random, inputs, experts * rank) : default,
            GateOut = isGated ? Small(random, rank, experts * neurons) : default,
            DownIn = Small(random, neurons, experts * rank),
            DownOut = Small(random, rank, experts * outputs),
        };
        Deltas = backend.Experts.Pack(_deltas);
        X = new Operand(tokens, inputs, gap: 2, random: random);
        Y = new Operand(tokens, outputs, gap: 1);
        _routed = new RoutingRun(
            backend, tokens, experts, Operand.Sample(random, tokens * experts),
            new RoutingOptions { K = Math.Max(active, 1), Weights = RoutingWeights.Softmax }, Math.Max(active, 1));
        for (var t = 0; active == 0 && t < tokens; t++)
        {
            Routing.Counts.RowInt32(0)[t] = 0;
        }
    }

    public FeedForwardMatrices Network { get; }

    public LowRankExperts Deltas { get; }

    public Operand X { get; }

    public Operand Y { get; }

    public Routing Routing => _routed.Routing;

    public float WeightOf(int token)
    {
        var sum = 0f;
        for (var i = 0; i < Routing.Counts.RowInt32(0)[token]; i++)
        {
            sum += Routing.Weights.Row(token)[i] * OutputScale;
        }

        return sum;
    }

    public void Run(int threads, int part, LowRankExperts? deltas = null)
    {
        for (var t = 0; t < X.View.Rows; t++)
        {
            Y.Row(t).Fill(Start);
        }

        using var host = new Host(threads);
        for (var first = 0; first < X.View.Rows; first += part)
        {
            Run(host, first, Math.Min(part, X.View.Rows - first), deltas ?? Deltas);
        }
    }

    public void Run(Host host, int first, int count, LowRankExperts deltas)
    {
        var routing = new Routing
        {
            Counts = View.Create(Routing.Counts.Address + ((nint)first * sizeof(int)), 1, count, ElementType.Int32),
            Experts = Routing.Experts.Slice(first, count),
            Weights = Routing.Weights.Slice(first, count),
        };
        _backend.Experts.Run(host.Execution, X.View.Slice(first, count), routing, Network, deltas, OutputScale, Y.View.Slice(first, count));
    }

    public void AssertMatches()
    {
        for (var t = 0; t < X.View.Rows; t++)
        {
            var expected = Enumerable.Repeat((double)Start, Y.View.Columns).ToArray();
            for (var i = 0; i < Routing.Counts.RowInt32(0)[t]; i++)
            {
                var outputs = Expert(t, Routing.Experts.RowInt32(t)[i]);
                for (var o = 0; o < expected.Length; o++)
                {
                    expected[o] += (double)Routing.Weights.Row(t)[i] * OutputScale * outputs[o];
                }
            }

            for (var o = 0; o < expected.Length; o++)
            {
                Assert.True(Math.Abs(Y.Row(t)[o] - expected[o]) <= 2e-5 * Math.Max(1, Math.Abs(expected[o])), $"[{t}, {o}]: {Y.Row(t)[o]}, expected {expected[o]}");
            }
        }

        Assert.True(X.GapsAreUntouched() && Y.GapsAreUntouched());
    }

    public void Dispose()
    {
        Network.Up.Dispose();
        Network.Gate?.Dispose();
        Network.Down.Dispose();
        Deltas.Dispose();
        X.Dispose();
        Y.Dispose();
        _routed.Dispose();
        Array.ForEach(_biases, bias => bias.Dispose());
    }

    /// <summary>Values of such a size that sums over the rows are about 1.</summary>
    private static float[] Small(Random random, int rows, int columns) =>
        Operand.Sample(random, rows * columns).Select(value => value / MathF.Sqrt(rows)).ToArray();

    private double[] Expert(int token, int expert)
    {
        var x = X.Row(token).ToArray().Select(value => (double)value).ToArray();
        var hidden = Project(x, 0, _deltas.UpIn.Span, _deltas.UpOut.Span, expert);
        if (_isGated)
        {
            var gate = Project(x, 1, _deltas.GateIn.Span, _deltas.GateOut.Span, expert);
            hidden = hidden.Zip(gate, (u, g) => u * ReferenceActivation.Exact(Network.Activation, g)).ToArray();
        }
        else
        {
            hidden = hidden.Select(value => ReferenceActivation.Exact(Network.Activation, value)).ToArray();
        }

        return Project(hidden, 2, _deltas.DownIn.Span, _deltas.DownOut.Span, expert);
    }

    private double[] Project(double[] x, int matrix, ReadOnlySpan<float> into, ReadOnlySpan<float> outOf, int expert)
    {
        var outputs = Product(x, _matrices[matrix]);
        var rank = _deltas.Rank;
        var bias = _biases[matrix].Row(0);
        var delta = Product(
            Product(x, into.Slice(expert * x.Length * rank, x.Length * rank)), outOf.Slice(expert * rank * outputs.Length, rank * outputs.Length));
        for (var n = 0; n < outputs.Length; n++)
        {
            outputs[n] += bias[n] + (_deltas.Scale * delta[n]);
        }

        return outputs;
    }

    private static double[] Product(double[] x, ReadOnlySpan<float> matrix)
    {
        var result = new double[matrix.Length / x.Length];
        for (var i = 0; i < matrix.Length; i++)
        {
            result[i % result.Length] += x[i / result.Length] * matrix[i];
        }

        return result;
    }
}
