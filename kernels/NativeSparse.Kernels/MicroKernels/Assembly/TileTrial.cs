namespace NativeSparse.Kernels;

/// <summary>One seeded call of a tile beside the same call of <see cref="TileReference"/>: every byte of both outputs must agree.</summary>
internal sealed unsafe class TileTrial
{
    /// <summary>An initial value of outputs, finite as int32 and as float32.</summary>
    private const int Untouched = 0x3FC0_1234;

    /// <summary>Tiles of one call of the expert product.</summary>
    private const int DownTiles = 2;

    private readonly TileSpecification _tile;
    private readonly Random _random;
    private readonly Allocate _allocate;
    private readonly nint _tested;
    private readonly nint _expected;
    private readonly int _outputBytes;
    private readonly int _outputSkip;
    private readonly int _rows;

    /// <param name="tile">What is tried.</param>
    /// <param name="steps">int8: fours of inner indices; int4: pairs of groups; the expert product: panels.</param>
    /// <param name="seed">Of the operands.</param>
    /// <param name="allocate">Where operands live.</param>
    public TileTrial(in TileSpecification tile, int steps, int seed, Allocate allocate)
    {
        _tile = tile;
        _random = new Random(seed);
        _allocate = allocate;
        var isDown = tile.Kind == TileKind.ExpertDown;
        var columns = isDown ? steps * TileSpecification.PanelColumns
            : tile.Kind == TileKind.Int8 ? TileSpecification.PanelColumns : TileSpecification.Int4Columns;
        var shown = tile.IsMasked ? 1 + (seed % columns) : columns;
        var mask = (1UL << shown) - 1;
        _outputBytes = shown * sizeof(int);
        _outputSkip = isDown ? tile.Depth : 0;
        _rows = isDown ? tile.Rows * DownTiles : tile.Rows;

        var shared = new TileArguments { ColumnMask = tile.IsMasked ? mask : 0 };
        Fill(ref shared, steps);
        _tested = CreateCall(shared, isTested: true);
        _expected = CreateCall(shared, isTested: false);
    }

    /// <summary>Gives memory of exactly this length, which the kernel writes or only reads.</summary>
    public delegate nint Allocate(int bytes, bool isWritten);

    /// <summary>The arguments for the kernel that is tried.</summary>
    public TileArguments* Arguments => (TileArguments*)_tested;

    /// <summary>To be asked after the kernel ran: what is wrong with its outputs, or null.</summary>
    public string? Fault()
    {
        var expected = (TileArguments*)_expected;
        TileReference.Run(_tile, expected);
        for (var row = 0; row < _rows; row++)
        {
            for (var i = 0; i < _outputBytes / sizeof(int); i++)
            {
                var (got, want) = (Output(Arguments, row)[i], Output(expected, row)[i]);
                if (got != want)
                {
                    return $"{_tile}: row {row}, column {i} is 0x{got:X8}, plain arithmetic gives 0x{want:X8}";
                }
            }
        }

        return null;
    }

    private int* Output(TileArguments* arguments, int row) => _tile.Kind == TileKind.ExpertDown
        ? (int*)(arguments->Rows[row] + arguments->OutputOffset)
        : (int*)(arguments->Outputs[row] + arguments->OutputOffset);

    private void Fill(ref TileArguments a, int steps)
    {
        var rows = _tile.Rows;
        switch (_tile.Kind)
        {
            case TileKind.Int8:
                FillInt8(ref a, steps);
                break;
            case TileKind.Int4:
                a.InputBytes = 2L * steps * Int4Group.RecordBytes(_tile.HasGroupScales);
                a.Weights = Bytes(2 * steps * Int4Group.WeightBytes);
                a.Groups = CreateGroups(steps);
                a.Rows = CreateRows(() => CreateRecords(2 * steps));
                break;
            default:
                a.InputBytes = steps;
                var panel = TileSpecification.PanelColumns * _tile.Depth;
                a.PanelStride = panel + (steps % 2 * 64);
                a.Weights = Bytes((int)((steps - 1) * a.PanelStride) + panel);
                a.OutputOffset = _outputSkip;
                a.RowTiles = DownTiles;
                a.Prefetch = _tile.IsFetching ? a.Weights : null;
                return;
        }

        if (_tile.Epilogue is TileEpilogue.Scale or TileEpilogue.Gelu)
        {
            var columns = _tile.Kind == TileKind.Int8 ? TileSpecification.PanelColumns : TileSpecification.Int4Columns;
            a.Biases = Floats(columns, 1);
            if (!_tile.HasGroupScales)
            {
                a.RowScales = Floats(rows, 0.02f);
                a.ColumnScales = Floats(columns, 0.01f);
            }
        }

        if (_tile.Kind == TileKind.Int4 && !_tile.HasGroupScales)
        {
            a.RowZeros = Floats(rows, 0.5f);
        }
    }

    private void FillInt8(ref TileArguments a, int steps)
    {
        const int step = TileSpecification.PanelColumns * 4;
        var taken = _tile.IsIndexed ? steps / 2 : steps;
        a.InputBytes = steps * 4L;
        a.Weights = Bytes(taken * step);
        a.Rows = CreateRows(() => (nint)Bytes(steps * 4));
        if (_tile.IsIndexed)
        {
            a.Indices = (int*)_allocate(taken * sizeof(int), false);
            a.IndicesEnd = a.Indices + taken;
            for (var i = 0; i < taken; i++)
            {
                a.Indices[i] = 4 * ((2 * i) + _random.Next(2));
            }
        }

        if (_tile.HasZeroPoint)
        {
            a.RowZeros = CreateInts(_tile.Rows, () => ZeroPoint.OfRow(_random.Next(256)));
            a.ColumnSums = CreateInts(
                TileSpecification.PanelColumns, () => ZeroPoint.OfColumn(_random.Next(-ZeroPoint.MaxSum, ZeroPoint.MaxSum + 1) >> _random.Next(20)));
        }

        if (_tile.PrefetchStreams > 0)
        {
            a.Prefetch = a.Weights;
        }
    }

    private nint CreateCall(TileArguments arguments, bool isTested)
    {
        var call = (TileArguments*)_allocate(sizeof(TileArguments), false);
        if (_tile.Kind == TileKind.ExpertDown)
        {
            var random = new Random(_tile.Depth);
            arguments.Rows = CreateRows(() => CreateBlock(random, isTested));
        }
        else
        {
            arguments.OutputOffset = 4 * _tile.Rows;
            arguments.Outputs = CreateRows(() =>
            {
                var output = _allocate(_outputBytes, isTested);
                new Span<int>((void*)output, _outputBytes / sizeof(int)).Fill(Untouched);
                return output - (4 * _tile.Rows);
            });
        }

        *call = arguments;
        return (nint)call;
    }

    /// <summary>A token's hidden values, then its sums.</summary>
    private nint CreateBlock(Random random, bool isTested)
    {
        var block = _allocate(_outputSkip + _outputBytes, isTested);
        random.NextBytes(new Span<byte>((void*)block, _outputSkip + _outputBytes));
        return block;
    }

    private byte** CreateRows(Func<nint> create)
    {
        var table = (nint*)_allocate(_rows * sizeof(nint), false);
        for (var row = 0; row < _rows; row++)
        {
            table[row] = create();
        }

        return (byte**)table;
    }

    private nint CreateRecords(int groups)
    {
        var size = Int4Group.RecordBytes(_tile.HasGroupScales);
        var records = (sbyte*)Bytes(groups * size);
        for (var group = 0; group < groups; group++)
        {
            var record = records + (group * size);
            var sum = 0;
            for (var k = 0; k < TileSpecification.Int4Group; k++)
            {
                sum += record[k];
            }

            *(int*)(record + TileSpecification.Int4Group) = -sum;
            if (_tile.HasGroupScales)
            {
                *(float*)(record + TileSpecification.Int4Group + sizeof(int)) = _random.NextSingle() / 64;
            }
        }

        return (nint)records;
    }

    private byte* CreateGroups(int pairs)
    {
        var groups = Bytes(pairs * Int4Group.PairBytes);
        for (var pair = 0; pair < pairs; pair++)
        {
            for (var i = 0; i < 2 * TileSpecification.Int4Columns; i++)
            {
                ((Half*)(groups + (pair * Int4Group.PairBytes)))[i] = (Half)((_random.NextSingle() - 0.5f) / 16);
            }
        }

        return groups;
    }

    private byte* Bytes(int count)
    {
        var bytes = new Span<byte>((void*)_allocate(count, false), count);
        _random.NextBytes(bytes);
        for (var i = 0; i < count; i += 1 + _random.Next(16))
        {
            bytes[i] = (byte)(_random.Next(2) == 0 ? 0x7F : 0x80 * _random.Next(2));
        }

        fixed (byte* address = bytes)
        {
            return address;
        }
    }

    private int* CreateInts(int count, Func<int> create)
    {
        var values = (int*)_allocate(count * sizeof(int), false);
        for (var i = 0; i < count; i++)
        {
            values[i] = create();
        }

        return values;
    }

    private float* Floats(int count, float scale) =>
        (float*)CreateInts(count, () => BitConverter.SingleToInt32Bits(((_random.NextSingle() * 2) - 1) * scale));
}
