using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>One random int8 or int4 product with its operands.</summary>
internal sealed class RoundedProblem : IDisposable
{
    private readonly Backend _backend;

    public RoundedProblem(Backend backend, int rows, int inputs, int outputs, int gap, int seed, Precision precision = Precision.Int8, bool hasGroupScales = false)
    {
        var random = new Random(seed);
        _backend = backend;
        var weights = Operand.Sample(random, inputs * outputs);
        Weights = hasGroupScales
            ? backend.Dense.Pack(QuantizedInt4Weights.Round(weights, inputs, outputs), hasGroupScales: true)
            : backend.Dense.Pack(weights, inputs, outputs, precision);
        X = new Operand(rows, inputs, gap, random: random);
        for (var r = 0; r < rows; r++)
        {
            // Rows of their own scale and offset.
            foreach (ref var value in X.Row(r))
            {
                value = (value * (1 + r)) + (r % 3) - 1;
            }
        }

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

    public void RunOn(Host host) => _backend.Dense.Run(host.Execution, X.View, Weights, default, Y.View);

    public void RunInParts(int part, int threads)
    {
        using var host = new Host(threads);
        for (var first = 0; first < X.View.Rows; first += part)
        {
            var count = Math.Min(part, X.View.Rows - first);
            _backend.Dense.Run(host.Execution, X.View.Slice(first, count), Weights, default, Y.View.Slice(first, count));
        }
    }

    /// <summary>The largest difference of the first row to the float32 product of the rounded weights.</summary>
    public double DequantizedError()
    {
        var (inputs, outputs) = (X.View.Columns, Y.View.Columns);
        var weights = new float[inputs * outputs];
        Weights.Unpack(weights);
        return Enumerable.Range(0, outputs)
            .Max(n => Math.Abs(Y.Row(0)[n] - Enumerable.Range(0, inputs).Sum(k => (double)X.Row(0)[k] * weights[(k * outputs) + n])));
    }

    /// <summary>Each input may be off by half a step of its row; the rest is the rounding of the float32 steps.</summary>
    public void AssertNearDequantized(double steps = 1)
    {
        var (inputs, outputs) = (X.View.Columns, Y.View.Columns);
        var weights = new float[inputs * outputs];
        Weights.Unpack(weights);
        for (var t = 0; t < X.View.Rows; t++)
        {
            var row = X.Row(t);
            var (low, high) = (0f, 0f);
            foreach (var value in row)
            {
                (low, high) = (Math.Min(low, value), Math.Max(high, value));
            }

            var step = steps * Math.Max(high, -low) * 2 / 255;
            for (var n = 0; n < outputs; n++)
            {
                var (sum, weightSum) = ((double)Bias.Row(0)[n], 0.0);
                for (var k = 0; k < inputs; k++)
                {
                    sum += (double)row[k] * weights[(k * outputs) + n];
                    weightSum += Math.Abs(weights[(k * outputs) + n]);
                }

                Assert.InRange(Y.Row(t)[n] - sum, -(0.51 * step * weightSum) - 1e-4, (0.51 * step * weightSum) + 1e-4);
            }
        }
    }

    public void Dispose()
    {
        Weights.Dispose();
        X.Dispose();
        Y.Dispose();
        Bias.Dispose();
    }
}
