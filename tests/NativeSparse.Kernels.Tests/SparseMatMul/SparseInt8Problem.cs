using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>Random sparse int8 weights and operands, on one backend.</summary>
internal sealed class SparseInt8Problem : IDisposable
{
    private readonly Backend _backend;
    private readonly PackedSparse _packed;
    private readonly PackedMatrix _dense;

    public SparseInt8Problem(Backend backend, int rows, int inputs, int outputs, int height, int gap = 0, double density = 0.4)
    {
        var random = new Random(rows + outputs);
        _backend = backend;
        Plain = Weights(inputs, outputs, height, density);
        _packed = backend.Sparse.Pack(Plain);
        _dense = backend.Dense.Pack(Plain.ToDense());
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

    public QuantizedSparseWeights Plain { get; }

    public Operand X { get; }

    public Operand Y { get; }

    public Operand Bias { get; }

    /// <summary>Blocks kept at random, one list in seven empty, with some stored blocks of zeros.</summary>
    public static QuantizedSparseWeights Weights(int inputs, int outputs, int height, double density)
    {
        var random = new Random(inputs + (31 * outputs) + height);
        var dense = QuantizedWeights.Round(Operand.Sample(random, inputs * outputs), inputs, outputs);
        var columns = (outputs + height - 1) / height;
        var isStored = new bool[(inputs + 3) / 4 * columns];
        for (var i = 0; i < isStored.Length; i++)
        {
            isStored[i] = random.NextDouble() < density && i % columns % 7 != 3;
        }

        var values = dense.Values.ToArray();
        values.AsSpan(0, Math.Min(2, inputs) * outputs).Clear();
        return QuantizedSparseWeights.FromDense(new QuantizedWeights(values, dense.Scales, inputs, outputs), height, isStored);
    }

    public float[] Run(int threads, Epilogue epilogue = default)
    {
        using var host = new Host(threads);
        RunOn(host, Y, epilogue);
        return Y.Values();
    }

    public void RunOn(Host host, Operand y, Epilogue epilogue = default) => _backend.Sparse.Run(host.Execution, X.View, _packed, epilogue, y.View);

    /// <summary>The rows of <see cref="X"/> as pixels: outputs <c>[N, P]</c>.</summary>
    public float[] RunChannels(int threads, Epilogue epilogue = default)
    {
        using var host = new Host(threads);
        using var x = new Operand(Plain.InputWidth, X.View.Rows, gap: 5);
        using var y = new Operand(Plain.OutputWidth, X.View.Rows, gap: 3);
        for (var k = 0; k < Plain.InputWidth; k++)
        {
            for (var p = 0; p < X.View.Rows; p++)
            {
                x.Row(k)[p] = X.Row(p)[k];
            }
        }

        _backend.Sparse.RunChannels(host.Execution, x.View, _packed, epilogue, y.View);
        Assert.True(y.GapsAreUntouched());
        return y.Values();
    }

    public float[] RunDense(int threads, Epilogue epilogue = default)
    {
        using var host = new Host(threads);
        using var y = new Operand(X.View.Rows, Plain.OutputWidth);
        _backend.Dense.Run(host.Execution, X.View, _dense, epilogue, y.View);
        return y.Values();
    }

    public void Dispose()
    {
        _packed.Dispose();
        _dense.Dispose();
        X.Dispose();
        Y.Dispose();
        Bias.Dispose();
    }
}
