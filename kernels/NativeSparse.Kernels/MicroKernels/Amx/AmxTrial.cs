namespace NativeSparse.Kernels;

/// <summary>One seeded call of an AMX kernel beside the same call of <see cref="AmxReference"/>: every bit of the outputs must agree.</summary>
internal sealed unsafe class AmxTrial
{
    private const int Columns = TileSpecification.PanelColumns;

    /// <summary>Values between two rows of outputs, which the kernel must leave alone.</summary>
    private const int Gap = 3;

    private const float Untouched = 1.5f;

    private readonly Random _random;
    private readonly TileTrial.Allocate _allocate;
    private readonly AmxFinish _finish;
    private readonly int _rows;
    private readonly int _columns;
    private readonly float* _expected;

    /// <param name="blockRows">Rows of each block; 32 where there are several.</param>
    /// <param name="blocks">Blocks.</param>
    /// <param name="panels">Panels.</param>
    /// <param name="inputs">Inner indices, a multiple of 64.</param>
    /// <param name="finish">What becomes of sums.</param>
    /// <param name="allocate">Where operands live.</param>
    public AmxTrial(int blockRows, int blocks, int panels, int inputs, AmxFinish finish, TileTrial.Allocate allocate)
    {
        _random = new Random(blockRows + (64 * panels));
        _allocate = allocate;
        _finish = finish;
        (_rows, _columns) = (blockRows * blocks, panels * Columns);
        _expected = Outputs();
        var stride = (inputs * Columns) + (panels % 2 * 64);
        Arguments = (AmxArguments*)allocate(sizeof(AmxArguments), true);
        *Arguments = new AmxArguments
        {
            Rows = Bytes(_rows * inputs),
            RowStride = inputs,
            BlockRows = blockRows,
            Blocks = blocks,
            Weights = (sbyte*)Bytes((int)((panels * stride) - (stride - (inputs * Columns)))),
            PanelBytes = (long)inputs * Columns,
            PanelStride = stride,
            Panels = panels,
            RowScales = Floats(_rows),
            RowZeros = Ints(_rows, () => ZeroPoint.OfRow(_random.Next(256))),
            ColumnScales = Floats(_columns),
            ColumnSums = Ints(_columns, () => ZeroPoint.OfColumn(_random.Next(-90_000, 90_000))),
            Biases = Floats(_columns),
            Outputs = (byte*)Outputs(),
            OutputStride = Stride * sizeof(float),
            RowFactors = finish.HasRowFactors ? Floats(_rows) : null,
            Sums = (int*)allocate(blockRows * Columns * sizeof(int), true),
        };
    }

    private AmxArguments* Arguments { get; }

    private int Stride => _columns + Gap;

    /// <summary>Runs the kernel and the plain loops: what is wrong with the outputs, or null.</summary>
    public string? Fault(IAmxKernels kernels)
    {
        var arguments = *Arguments;
        arguments.Outputs = (byte*)_expected;
        AmxReference.Run(&arguments, _finish);
        var outputs = (float*)Arguments->Outputs;
        kernels.Run(Arguments, _finish);
        for (var i = 0; i < (_rows * Stride) - Gap; i++)
        {
            if (BitConverter.SingleToInt32Bits(outputs[i]) != BitConverter.SingleToInt32Bits(_expected[i]))
            {
                return $"row {i / Stride}, column {i % Stride} is {outputs[i]:R}, plain arithmetic gives {_expected[i]:R}";
            }
        }

        return null;
    }

    private float* Outputs()
    {
        var length = (_rows * Stride) - Gap;
        var outputs = (float*)_allocate(length * sizeof(float), true);
        new Span<float>(outputs, length).Fill(Untouched);
        return outputs;
    }

    private byte* Bytes(int count)
    {
        var bytes = (byte*)_allocate(count, false);
        _random.NextBytes(new Span<byte>(bytes, count));
        return bytes;
    }

    private float* Floats(int count) =>
        (float*)Ints(count, () => BitConverter.SingleToInt32Bits((_random.NextSingle() - 0.5f) * 1e-2f));

    private int* Ints(int count, Func<int> create)
    {
        var values = (int*)_allocate(count * sizeof(int), false);
        for (var i = 0; i < count; i++)
        {
            values[i] = create();
        }

        return values;
    }
}
