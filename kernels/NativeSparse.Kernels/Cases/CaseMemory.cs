namespace NativeSparse.Kernels;

/// <summary>Operands and scratch memory of one case.</summary>
internal sealed unsafe class CaseMemory(int seed) : IDisposable
{
    private readonly Scratch _operands = new();
    private readonly Scratch _scratch = new();
    private readonly Random _random = new(seed);

    /// <summary>Two threads, so that the cut between them is checked too.</summary>
    public Execution Execution => new(new ThreadPoolSplitter(2), _scratch);

    public Scratch Operands => _operands;

    public float[] Sample(int count)
    {
        var values = new float[count];
        foreach (ref var value in values.AsSpan())
        {
            value = (_random.NextSingle() * 2) - 1;
        }

        return values;
    }

    public View Sample(int rows, int columns)
    {
        var view = _operands.Rent(rows, columns);
        Sample(rows * columns).CopyTo(new Span<float>((void*)view.Address, rows * columns));
        return view;
    }

    public View Zeros(int rows, int columns)
    {
        var view = _operands.Rent(rows, columns);
        new Span<float>((void*)view.Address, rows * columns).Clear();
        return view;
    }

    /// <summary>Largest difference relative to the largest expected value; 0 only where all bits agree.</summary>
    public static double Difference(View expected, View actual)
    {
        var (worst, largest) = (0.0, 0.0);
        for (var i = 0; i < expected.Rows * expected.Columns; i++)
        {
            var (want, got) = (((float*)expected.Address)[i], ((float*)actual.Address)[i]);
            largest = Math.Max(largest, Math.Abs((double)want));
            if (BitConverter.SingleToInt32Bits(want) == BitConverter.SingleToInt32Bits(got))
            {
                continue;
            }

            var difference = Math.Abs((double)want - got);
            worst = difference > 0 ? Math.Max(worst, difference) : difference == 0 ? Math.Max(worst, float.Epsilon) : double.NaN;
        }

        return worst == 0 ? 0 : worst / Math.Max(largest, float.Epsilon);
    }

    public void Dispose()
    {
        _operands.Dispose();
        _scratch.Dispose();
    }
}
