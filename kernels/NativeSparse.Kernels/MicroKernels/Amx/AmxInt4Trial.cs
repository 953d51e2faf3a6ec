namespace NativeSparse.Kernels;

/// <summary>One seeded call of an AMX kernel for int4 beside the same call of <see cref="AmxInt4Reference"/>: every bit must agree.</summary>
internal sealed unsafe class AmxInt4Trial
{
    private const int Columns = TileSpecification.Int4Columns;

    private readonly AmxInt4Form _form;
    private readonly AmxInt4Arguments* _arguments;
    private readonly float* _expected;
    private readonly int _values;

    /// <param name="rows">Rows of each block, 1 to 16.</param>
    /// <param name="blocks">Blocks.</param>
    /// <param name="pairs">Pairs of groups.</param>
    /// <param name="hasGroupScales">Whether every group of a row has a scale.</param>
    /// <param name="allocate">Where operands live.</param>
    public AmxInt4Trial(int rows, int blocks, int pairs, bool hasGroupScales, TileTrial.Allocate allocate)
    {
        var random = new Random(rows + (32 * pairs));
        _form = new AmxInt4Form(rows, hasGroupScales);
        _values = rows * blocks * Columns;
        var record = Int4Group.RecordBytes(hasGroupScales);
        var stride = 2 * pairs * record;
        _arguments = (AmxInt4Arguments*)allocate(sizeof(AmxInt4Arguments), true);
        *_arguments = new AmxInt4Arguments
        {
            Rows = Bytes(rows * blocks * stride),
            RowStride = stride,
            Blocks = blocks,
            Weights = (sbyte*)Bytes(2 * pairs * AmxInt4Emitter.WeightBytes),
            Groups = Bytes(pairs * Int4Group.PairBytes),
            Pairs = pairs,
            Totals = (float*)allocate(_values * sizeof(float), true),
            Sums = (int*)allocate(AmxInt4Emitter.SumBytes, true),
        };
        for (var group = 0; hasGroupScales && group < rows * blocks * 2 * pairs; group++)
        {
            *(float*)(_arguments->Rows + (group * record) + record - sizeof(float)) = random.NextSingle();
        }

        for (var scale = 0; scale < pairs * 2 * Columns; scale++)
        {
            var place = _arguments->Groups + (scale / (2 * Columns) * Int4Group.PairBytes) + (scale % (2 * Columns) * sizeof(Half));
            *(Half*)place = (Half)random.NextSingle();
        }

        _expected = (float*)allocate(_values * sizeof(float), true);
        for (var i = 0; i < _values; i++)
        {
            _expected[i] = _arguments->Totals[i] = random.NextSingle();
        }

        byte* Bytes(int count)
        {
            var bytes = (byte*)allocate(count, false);
            random.NextBytes(new Span<byte>(bytes, count));
            return bytes;
        }
    }

    /// <summary>Runs the kernel and the plain loops: what is wrong with the totals, or null.</summary>
    public string? Fault(IAmxKernels kernels)
    {
        var expected = *_arguments;
        expected.Totals = _expected;
        AmxInt4Reference.Run(&expected, _form);
        kernels.Run(_arguments, _form);
        for (var i = 0; i < _values; i++)
        {
            if (BitConverter.SingleToInt32Bits(_arguments->Totals[i]) != BitConverter.SingleToInt32Bits(_expected[i]))
            {
                return $"row {i / Columns}, column {i % Columns} is {_arguments->Totals[i]:R}, plain arithmetic gives {_expected[i]:R}";
            }
        }

        return null;
    }
}
