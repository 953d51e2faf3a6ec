using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>One random block-diagonal product with its operands.</summary>
internal sealed class DiagonalProblem : IDisposable
{
    private readonly Backend _backend;

    public DiagonalProblem(Backend backend, int rows, DiagonalBlock[] blocks, Precision precision, int gap = 0, int seed = 1)
    {
        var random = new Random(seed);
        _backend = backend;
        Blocks = blocks;
        Weights = [.. blocks.Select(block => Operand.Sample(random, block.InputWidth * block.OutputWidth))];
        Packed = backend.BlockDiagonal.Pack([.. Weights.SelectMany(values => values)], blocks, precision);
        X = new Operand(rows, Packed.InputWidth, gap, random: random);
        Y = new Operand(rows, Packed.OutputWidth, gap);
        Bias = new Operand(1, Packed.OutputWidth, random: random);
        Multiplier = new Operand(rows, Packed.OutputWidth, gap, random: random);
    }

    public DiagonalBlock[] Blocks { get; }

    /// <summary>The plain weights of each block.</summary>
    public float[][] Weights { get; }

    public PackedBlockDiagonal Packed { get; }

    public Operand X { get; }

    public Operand Y { get; }

    public Operand Bias { get; }

    public Operand Multiplier { get; }

    public Epilogue Full => new()
    {
        Bias = Bias.View,
        Activation = new Activation(ActivationKind.Gelu),
        Multiplier = Multiplier.View,
    };

    public void Run(int threads, in Epilogue epilogue)
    {
        using var host = new Host(threads);
        RunOn(host, epilogue);
    }

    public void RunOn(Host host, in Epilogue epilogue) => _backend.BlockDiagonal.Run(host.Execution, X.View, Packed, epilogue, Y.View);

    /// <summary>The outputs as products of each block's own copies of its operands.</summary>
    public float[] Separate(in Epilogue epilogue)
    {
        using var y = new Operand(X.View.Rows, Packed.OutputWidth);
        using var host = new Host();
        for (var b = 0; b < Blocks.Length; b++)
        {
            var outputs = Blocks[b].OutputWidth;
            using var part = Copy(X, Packed.InputStart(b), Blocks[b].InputWidth);
            using var bias = Copy(Bias, Packed.OutputStart(b), outputs);
            using var multiplier = Copy(Multiplier, Packed.OutputStart(b), outputs);
            using var result = new Operand(X.View.Rows, outputs);
            var own = epilogue with
            {
                Bias = epilogue.Bias.IsEmpty ? default : bias.View,
                Multiplier = epilogue.Multiplier.IsEmpty ? default : multiplier.View,
            };
            _backend.Dense.Run(host.Execution, part.View, Packed.Block(b), own, result.View);
            for (var t = 0; t < X.View.Rows; t++)
            {
                result.Row(t).CopyTo(y.Row(t)[Packed.OutputStart(b)..]);
            }
        }

        return y.Values();
    }

    /// <summary>
    /// The biased sums against float64 over the weights as they are held: within the bound of float32, and half a rounding step of the block's
    /// part of the row for each input where rows are rounded.
    /// </summary>
    public void AssertSums()
    {
        var (inputStart, outputStart) = (0, 0);
        for (var b = 0; b < Blocks.Length; b++)
        {
            var (inputs, outputs) = Blocks[b];
            var weights = new float[inputs * outputs];
            Packed.Block(b).Unpack(weights);
            for (var t = 0; t < X.View.Rows; t++)
            {
                AssertSums(X.Row(t).Slice(inputStart, inputs), weights, Bias.Row(0)[outputStart..], Y.Row(t).Slice(outputStart, outputs));
            }

            (inputStart, outputStart) = (inputStart + inputs, outputStart + outputs);
        }
    }

    public void Dispose()
    {
        Packed.Dispose();
        X.Dispose();
        Y.Dispose();
        Bias.Dispose();
        Multiplier.Dispose();
    }

    private void AssertSums(ReadOnlySpan<float> x, float[] weights, ReadOnlySpan<float> bias, ReadOnlySpan<float> y)
    {
        var isRounded = Packed.Precision is Precision.Int8 or Precision.Int4;
        var step = 0f;
        foreach (var value in x)
        {
            step = Math.Max(step, Math.Abs(value) * 2 / 255);
        }

        for (var n = 0; n < y.Length; n++)
        {
            var (sum, magnitude, weightSum) = ((double)bias[n], Math.Abs((double)bias[n]), 0.0);
            for (var k = 0; k < x.Length; k++)
            {
                var weight = (double)weights[(k * y.Length) + n];
                sum += x[k] * weight;
                magnitude += Math.Abs(x[k] * weight);
                weightSum += Math.Abs(weight);
            }

            var limit = Tolerance.OfSum(x.Length, magnitude) + (isRounded ? (0.51 * step * weightSum) + 1e-4 : 0);
            Assert.InRange(y[n] - sum, -limit, limit);
        }
    }

    private static Operand Copy(Operand whole, int first, int columns)
    {
        var part = new Operand(whole.View.Rows, columns);
        for (var t = 0; t < whole.View.Rows; t++)
        {
            whole.Row(t).Slice(first, columns).CopyTo(part.Row(t));
        }

        return part;
    }
}
