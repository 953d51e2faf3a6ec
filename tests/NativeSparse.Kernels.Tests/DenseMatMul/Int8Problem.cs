using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>One random int8 product with its operands.</summary>
internal sealed class Int8Problem : IDisposable
{
    private readonly Backend _backend;

    public Int8Problem(Backend backend, int rows, int inputs, int outputs, int gap, int seed)
    {
        var random = new Random(seed);
        _backend = backend;
        Weights = backend.Dense.Pack(Operand.Sample(random, inputs * outputs), inputs, outputs, Precision.Int8);
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

    /// <summary>Each input may be off by half a step of its row; the rest is the rounding of the float32 steps.</summary>
    public void AssertNearDequantized()
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

            var step = (high - (double)low) / 255;
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
