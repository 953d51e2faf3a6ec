using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Products of few rows, which are bound by reading weights: a group computes up to 8 rows by 16 columns, and each of its threads sums one run of the
/// inputs for 4 columns, so that all weights are asked for at once.
/// </summary>
internal static class RowKernel
{
    /// <summary>Most rows of a group.</summary>
    public const int Rows = 8;

    /// <summary>Columns of a group.</summary>
    public const int Columns = 1 << ColumnBits;

    private const int LaneBits = 2;
    private const int Lanes = 1 << LaneBits;
    private const int ColumnBits = LaneBits + 2;

    /// <summary>Threads of a group.</summary>
    public const int Threads = Lanes * TileSums.Runs;

    public static void Run<TAccess, TFormat, TInput, TWeight>(TileParameters p, TileOperands<TInput, TWeight> o)
        where TAccess : unmanaged, ITileAccess
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var parts = SharedMemory.Allocate<Quad>(Rows * TileSums.Runs * Lanes);
        var totals = SharedMemory.Allocate<float>(Rows * Columns);
        var rounded = SharedMemory.Allocate<RoundedRow>(Rows);
        var partValues = parts.Cast<float>();
        var lane = Group.IdxX & (Lanes - 1);
        var span = TileSpan.OfGroup(p, o.Spans, Rows);
        var number = span.Matrix;
        var firstRow = span.FirstRow;
        var rows = span.Rows;
        var matrix = o.Matrices[number];
        var firstQuad = Grid.IdxX * Lanes;
        if (rows <= 0 || 4 * firstQuad >= (p.IsPair != 0 ? 8 * matrix.Stride : matrix.Columns))
        {
            return;
        }

        if (TFormat.IsRounding)
        {
            var bits = GroupRounding.ShareBits(rows);
            var range = p.RangeParts != 0
                ? GroupRounding.OfParts(p, o, firstRow, rows, bits)
                : OfInputs<TAccess, TFormat, TInput, TWeight>(p, o, matrix, firstRow, rows, bits);
            GroupRounding.Join(range, bits, p.IsToken != 0, parts.Cast<RowRange>(), rounded);
        }

        var start = Start<TFormat, TInput, TWeight>(matrix);
        var row0 = Source(p, o.Index, firstRow, 0, rows) + start;
        var row1 = Source(p, o.Index, firstRow, 1, rows) + start;
        var row2 = Source(p, o.Index, firstRow, 2, rows) + start;
        var row3 = Source(p, o.Index, firstRow, 3, rows) + start;
        var row4 = Source(p, o.Index, firstRow, 4, rows) + start;
        var row5 = Source(p, o.Index, firstRow, 5, rows) + start;
        var row6 = Source(p, o.Index, firstRow, 6, rows) + start;
        var row7 = Source(p, o.Index, firstRow, 7, rows) + start;
        var run = TileSums.RunLength(matrix.Inputs);
        var runs = (matrix.Inputs + run - 1) / run;
        var isGate = p.IsPair != 0 && (lane & 1) != 0;
        var allWeights = isGate ? o.Gates : o.Weights;
        var quad = p.IsPair != 0 ? (firstQuad + lane) >> 1 : firstQuad + lane;
        for (var slice = Group.IdxX >> LaneBits; slice < runs; slice += Group.DimX >> LaneBits)
        {
            Quad part0 = default, part1 = default, part2 = default, part3 = default, part4 = default, part5 = default, part6 = default, part7 = default;
            var end = IntrinsicMath.Min((slice + 1) * run, matrix.Inputs);
            for (var k = slice * run; k < end && quad < matrix.Stride; k += 4)
            {
                var at = matrix.Start + ((long)k * matrix.Stride) + quad;
                var weights0 = TFormat.LoadWeights(allWeights, at);
                var weights1 = TFormat.LoadWeights(allWeights, at + Step<TAccess>(k + 1, end, matrix.Stride));
                var weights2 = TFormat.LoadWeights(allWeights, at + (2 * Step<TAccess>(k + 2, end, matrix.Stride)));
                var weights3 = TFormat.LoadWeights(allWeights, at + (3 * Step<TAccess>(k + 3, end, matrix.Stride)));
                weights0 = TFormat.WidenWeights(weights0);
                weights1 = Widen<TAccess, TFormat, TInput, TWeight>(weights1, k + 1, end);
                weights2 = Widen<TAccess, TFormat, TInput, TWeight>(weights2, k + 2, end);
                weights3 = Widen<TAccess, TFormat, TInput, TWeight>(weights3, k + 3, end);
                Add(ref part0, Load<TAccess, TFormat, TInput, TWeight>(o.Inputs, row0, k, matrix.Inputs, rounded, 0), weights0, weights1, weights2, weights3);
                if (rows > 1)
                {
                    Add(ref part1, Load<TAccess, TFormat, TInput, TWeight>(o.Inputs, row1, k, matrix.Inputs, rounded, 1), weights0, weights1, weights2, weights3);
                }

                if (rows > 2)
                {
                    Add(ref part2, Load<TAccess, TFormat, TInput, TWeight>(o.Inputs, row2, k, matrix.Inputs, rounded, 2), weights0, weights1, weights2, weights3);
                    Add(ref part3, Load<TAccess, TFormat, TInput, TWeight>(o.Inputs, row3, k, matrix.Inputs, rounded, 3), weights0, weights1, weights2, weights3);
                }

                if (rows > 4)
                {
                    Add(ref part4, Load<TAccess, TFormat, TInput, TWeight>(o.Inputs, row4, k, matrix.Inputs, rounded, 4), weights0, weights1, weights2, weights3);
                    Add(ref part5, Load<TAccess, TFormat, TInput, TWeight>(o.Inputs, row5, k, matrix.Inputs, rounded, 5), weights0, weights1, weights2, weights3);
                    Add(ref part6, Load<TAccess, TFormat, TInput, TWeight>(o.Inputs, row6, k, matrix.Inputs, rounded, 6), weights0, weights1, weights2, weights3);
                    Add(ref part7, Load<TAccess, TFormat, TInput, TWeight>(o.Inputs, row7, k, matrix.Inputs, rounded, 7), weights0, weights1, weights2, weights3);
                }
            }

            parts[(((0 * TileSums.Runs) + slice) * Lanes) + lane] = part0;
            parts[(((1 * TileSums.Runs) + slice) * Lanes) + lane] = part1;
            parts[(((2 * TileSums.Runs) + slice) * Lanes) + lane] = part2;
            parts[(((3 * TileSums.Runs) + slice) * Lanes) + lane] = part3;
            parts[(((4 * TileSums.Runs) + slice) * Lanes) + lane] = part4;
            parts[(((5 * TileSums.Runs) + slice) * Lanes) + lane] = part5;
            parts[(((6 * TileSums.Runs) + slice) * Lanes) + lane] = part6;
            parts[(((7 * TileSums.Runs) + slice) * Lanes) + lane] = part7;
        }

        Group.Barrier();
        for (var i = Group.IdxX; i < Rows * Columns; i += Group.DimX)
        {
            var total = 0f;
            for (var slice = 0; slice < runs; slice++)
            {
                total = TFormat.Total(total, partValues[((((i >> ColumnBits) * TileSums.Runs) + slice) << ColumnBits) + (i & (Columns - 1))]);
            }

            totals[i] = total;
        }

        Group.Barrier();
        var outputBits = p.IsGated != 0 ? ColumnBits - 1 : ColumnBits;
        var firstOutput = p.IsGated != 0 ? firstQuad * 2 : firstQuad * 4;
        var allOutputs = p.IsGated != p.IsPair ? matrix.Columns >> 1 : matrix.Columns;
        for (var i = Group.IdxX; i < Rows << outputBits; i += Group.DimX)
        {
            var row = i >> outputBits;
            var output = i & ((1 << outputBits) - 1);
            var value = 0f;
            if (row < rows && firstOutput + output < allOutputs)
            {
                var place = (row << ColumnBits) + TileStore.Column(p.IsGated, output);
                var quantum = TFormat.IsRounding ? rounded[row].Quantum : TileStore.Quantum<TFormat, TInput, TWeight>(p, o, matrix, firstRow + row);
                value = TileStore.Store<TFormat, TInput, TWeight>(p, o, matrix, quantum, firstRow + row, firstOutput + output, totals, place);
            }

            if (TFormat.IsInteger)
            {
                partValues[i] = value;
            }
        }

        if (!TFormat.IsInteger)
        {
            return;
        }

        Group.Barrier();
        if (p.KeepsRanges != 0 && Group.IdxX < rows)
        {
            RowRange range = default;
            for (var output = 0; output < 1 << outputBits; output++)
            {
                range.Include(partValues[(Group.IdxX << outputBits) + output]);
            }

            o.OutputRanges[((long)(firstRow + Group.IdxX) * Grid.DimX) + Grid.IdxX] = range;
        }

        if (TFormat.IsRounding && p.IsRaw != 0 && Grid.IdxX == 0 && Group.IdxX < rows)
        {
            o.RowQuanta[firstRow + Group.IdxX] = rounded[Group.IdxX].Quantum;
        }
    }

    /// <summary>This thread's share of the range of its row's inputs.</summary>
    private static RowRange OfInputs<TAccess, TFormat, TInput, TWeight>(
        in TileParameters p, in TileOperands<TInput, TWeight> o, in TileMatrix matrix, int firstRow, int rows, int bits)
        where TAccess : unmanaged, ITileAccess
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var row = Source(p, o.Index, firstRow, Group.IdxX >> bits, rows) + matrix.SourceStart;
        var lane = Group.IdxX & ((1 << bits) - 1);
        RowRange range = default;
        for (var k = 4 * lane; k < matrix.Inputs; k += 4 << bits)
        {
            range.Include(TAccess.IsAligned ? TFormat.LoadAligned(o.Inputs, row, k) : TFormat.LoadAny(o.Inputs, row, k, matrix.Inputs));
        }

        return range;
    }

    private static int Start<TFormat, TInput, TWeight>(in TileMatrix matrix)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged => TFormat.IsRounding ? matrix.SourceStart : matrix.InputStart;

    /// <summary>Where a row of inputs begins; rows that are not there repeat the first.</summary>
    private static long Source(in TileParameters p, ArrayView<int> index, int firstRow, int row, int rows)
    {
        var own = row < rows ? firstRow + row : firstRow;
        return (long)(p.HasIndex != 0 ? index[own] : own) * p.InputStride;
    }

    /// <summary>Weights of the next input, or of this one again where the run ends.</summary>
    private static int Step<TAccess>(int input, int end, int stride)
        where TAccess : unmanaged, ITileAccess => TAccess.IsAligned || input < end ? stride : 0;

    private static Quad Widen<TAccess, TFormat, TInput, TWeight>(Quad loaded, int input, int end)
        where TAccess : unmanaged, ITileAccess
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged => TFormat.WidenWeights(TAccess.IsAligned || input < end ? loaded : default);

    private static Quad Load<TAccess, TFormat, TInput, TWeight>(
        ArrayView<TInput> inputs, long row, int k, int count, ArrayView<RoundedRow> rounded, int number)
        where TAccess : unmanaged, ITileAccess
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged =>
        TFormat.WidenInputs(
            TAccess.IsAligned ? TFormat.LoadAligned(inputs, row, k) : TFormat.LoadAny(inputs, row, k, count), TFormat.IsRounding ? rounded[number] : default);

    private static void Add(ref Quad part, Quad values, Quad weights0, Quad weights1, Quad weights2, Quad weights3)
    {
        part.Add(values.X, weights0);
        part.Add(values.Y, weights1);
        part.Add(values.Z, weights2);
        part.Add(values.W, weights3);
    }
}
