namespace NativeSparse.Kernels.Tests;

/// <summary>One random product with sparse activations: rows of which some are all zero and some all active, and the same as sets.</summary>
internal sealed unsafe class RowSparseProblem : IDisposable
{
    private readonly Scratch _sets = new();
    private readonly Backend _backend;

    public RowSparseProblem(Backend backend, int rows, int inputs, int outputs, Precision precision, double share = 0.3, int gap = 0, int seed = 1)
    {
        var random = new Random(seed);
        _backend = backend;
        Weights = Operand.Sample(random, inputs * outputs);
        Packed = backend.RowSparse.Pack(Weights, inputs, outputs, precision);
        Hidden = new Operand(rows, inputs, gap, random: random);
        for (var t = 0; t < rows; t++)
        {
            var own = t % 5 == 3 ? 0 : t % 7 == 6 ? 1 : share;
            foreach (ref var value in Hidden.Row(t))
            {
                value = random.NextDouble() < own ? value * (1 + t) : random.Next(2) == 0 ? 0 : -0f;
            }
        }

        Y = new Operand(rows, outputs, gap);
        Bias = new Operand(1, outputs, random: random);
        Multiplier = new Operand(rows, outputs, gap, random: random);
    }

    public float[] Weights { get; }

    public PackedMatrix Packed { get; }

    public Operand Hidden { get; }

    public Operand Y { get; }

    public Operand Bias { get; }

    public Operand Multiplier { get; }

    public Epilogue Full => new() { Bias = Bias.View, Multiplier = Multiplier.View };

    /// <summary>The entries that are not zero, and room for some more.</summary>
    public ActiveNeurons Sets()
    {
        var sets = ActiveNeurons.Rent(_sets, Hidden.View.Rows, Hidden.View.Columns + 3);
        for (var t = 0; t < Hidden.View.Rows; t++)
        {
            var count = 0;
            for (var j = 0; j < Hidden.View.Columns; j++)
            {
                if (Hidden.Row(t)[j] != 0)
                {
                    sets.Indices.RowInt32(t)[count] = j;
                    sets.Values.Row(t)[count++] = Hidden.Row(t)[j];
                }
            }

            sets.Counts.RowInt32(0)[t] = count;
        }

        return sets;
    }

    public float[] Run(int threads, in Epilogue epilogue)
    {
        using var host = new Host(threads);
        RunOn(host, epilogue);
        return Y.Values();
    }

    public void RunOn(Host host, in Epilogue epilogue) => _backend.RowSparse.Run(host.Execution, Hidden.View, Packed, epilogue, Y.View);

    public float[] RunSets(int threads, in ActiveNeurons sets, in Epilogue epilogue)
    {
        using var host = new Host(threads);
        _backend.RowSparse.Run(host.Execution, sets, Packed, epilogue, Y.View);
        return Y.Values();
    }

    public void Dispose()
    {
        Packed.Dispose();
        Hidden.Dispose();
        Y.Dispose();
        Bias.Dispose();
        Multiplier.Dispose();
        _sets.Dispose();
    }
}
