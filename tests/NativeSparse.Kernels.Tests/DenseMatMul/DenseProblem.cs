using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>One random product with its operands, and its answer in float64.</summary>
internal sealed class DenseProblem : IDisposable
{
    private readonly Backend _backend;
    private readonly float[] _weights;
    private readonly List<Host> _hosts = [];

    public DenseProblem(Backend backend, int rows, int inputs, int outputs, int gap, int seed)
    {
        var random = new Random(seed);
        _backend = backend;
        _weights = Operand.Sample(random, inputs * outputs);
        Weights = backend.Dense.Pack(_weights, inputs, outputs, Precision.Float32);
        X = new Operand(rows, inputs, gap, random: random);
        Y = new Operand(rows, outputs, gap);
        Bias = new Operand(1, outputs, random: random);
    }

    public PackedMatrix Weights { get; }

    public Operand X { get; }

    public Operand Y { get; }

    public Operand Bias { get; }

    public void Run(int threads, in Epilogue epilogue) => RunTo(Y, threads, epilogue);

    public void RunTo(Operand y, int threads, in Epilogue epilogue)
    {
        using var host = new Host(threads);
        _backend.Dense.Run(host.Execution, X.View, Weights, epilogue, y.View);
    }

    public void RunInParts(int part, int threads, in Epilogue epilogue)
    {
        using var host = new Host(threads);
        for (var first = 0; first < X.View.Rows; first += part)
        {
            var count = Math.Min(part, X.View.Rows - first);
            _backend.Dense.Run(host.Execution, X.View.Slice(first, count), Weights, epilogue, Y.View.Slice(first, count));
        }
    }

    /// <summary>A run on one host, to be repeated.</summary>
    public Action Prepare(int threads, Epilogue epilogue)
    {
        var host = new Host(threads);
        _hosts.Add(host);
        return () => _backend.Dense.Run(host.Execution, X.View, Weights, epilogue, Y.View);
    }

    public void AssertMatches(in Epilogue epilogue)
    {
        var (inputs, outputs) = (X.View.Columns, Y.View.Columns);
        for (var t = 0; t < X.View.Rows; t++)
        {
            for (var n = 0; n < outputs; n++)
            {
                var bias = epilogue.Bias.IsEmpty ? 0.0 : Bias.Row(0)[n];
                var (sum, magnitude) = (bias, Math.Abs(bias));
                for (var k = 0; k < inputs; k++)
                {
                    var product = (double)X.Row(t)[k] * _weights[(k * outputs) + n];
                    sum += product;
                    magnitude += Math.Abs(product);
                }

                var exact = ReferenceActivation.Exact(epilogue.Activation, sum);
                var limit = Tolerance.OfSum(inputs, magnitude);
                if (epilogue.Activation.Kind != ActivationKind.Identity)
                {
                    limit = (limit * Tolerance.ActivationSlope) + Tolerance.OfActivation(exact);
                }

                var factor = epilogue.Multiplier.IsEmpty ? 1 : ValueAt(epilogue.Multiplier, t, n);
                var error = Math.Abs(Y.Row(t)[n] - (exact * factor));
                Assert.True(error <= (limit * Math.Abs(factor)) + (1e-7 * Math.Abs(exact * factor)), $"[{t}, {n}]: error {error}, limit {limit}");
            }
        }

        Assert.True(Y.GapsAreUntouched());
        Assert.True(X.GapsAreUntouched());
    }

    public void Dispose()
    {
        Weights.Dispose();
        X.Dispose();
        Y.Dispose();
        Bias.Dispose();
        _hosts.ForEach(host => host.Dispose());
    }

    private static unsafe double ValueAt(View view, int row, int column) => ((float*)view.Address)[((nint)row * view.Stride) + column];
}
