using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Products of many rows: a group computes a tile of the outputs, whose inputs and weights pass through shared memory 16 inputs at a time, those of
/// the next step being loaded meanwhile; each thread holds 4 rows by 8 columns in registers.
/// </summary>
internal static class TileKernel
{
    public static void Run<TShape, TAccess, TFormat, TInput, TWeight>(TileParameters p, TileOperands<TInput, TWeight> o)
        where TShape : unmanaged, ITileShape
        where TAccess : unmanaged, ITileAccess
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var inputTile = SharedMemory.Allocate<Quad>(2 * TileSums.Step * (TShape.Down + 1));
        var weightTile = SharedMemory.Allocate<Quad>(2 * TileSums.Step * 2 * TShape.Across);
        var rounded = SharedMemory.Allocate<RoundedRow>(4 * TShape.Down);
        var inputValues = inputTile.Cast<float>();
        var totals = weightTile.Cast<float>();
        var thread = Group.IdxX;
        var across = thread & (TShape.Across - 1);
        var down = thread >> TShape.AcrossBits;
        var threads = TShape.Across * TShape.Down;

        var span = TileSpan.OfGroup(p, o.Spans, 4 * TShape.Down);
        var number = span.Matrix;
        var firstRow = span.FirstRow;
        var rows = span.Rows;
        var matrix = o.Matrices[number];
        var firstQuad = Grid.IdxX * (2 * TShape.Across);
        if (rows <= 0 || 4 * firstQuad >= (p.IsPair != 0 ? 8 * matrix.Stride : matrix.Columns))
        {
            return;
        }

        var rowA = Source(p, o.Index, firstRow, thread >> 2, rows);
        var rowB = Source(p, o.Index, firstRow, (thread + threads) >> 2, rows);
        RoundedRow roundedA = default, roundedB = default;
        if (TFormat.IsRounding)
        {
            var bits = GroupRounding.ShareBits(rows);
            GroupRounding.Join(GroupRounding.OfParts(p, o, firstRow, rows, bits), bits, p.IsToken != 0, weightTile.Cast<RowRange>(), rounded);
            roundedA = rounded[IntrinsicMath.Min(thread >> 2, rows - 1)];
            roundedB = rounded[IntrinsicMath.Min((thread + threads) >> 2, rows - 1)];
        }

        var place = (thread & 3) << 2;
        var weightRow = thread >> (TShape.AcrossBits + 1);
        var weightPlace = thread & ((2 * TShape.Across) - 1);
        var weightStep = TShape.Down >> 1;
        var isGate = p.IsPair != 0 && (weightPlace & 1) != 0;
        var allWeights = isGate ? o.Gates : o.Weights;
        var quad = p.IsPair != 0 ? (firstQuad + weightPlace) >> 1 : firstQuad + weightPlace;
        QuadPair part0 = default, part1 = default, part2 = default, part3 = default;
        QuadPair total0 = default, total1 = default, total2 = default, total3 = default;
        var run = TileSums.RunLength(matrix.Inputs);
        var left = run;
        var buffer = 0;

        // What the next step needs is loaded into registers while this step is computed, and stored into the other half of shared memory.
        for (var first = -TileSums.Step; first < matrix.Inputs; first += TileSums.Step)
        {
            Quad inputsA = default, inputsB = default;
            Quad weightsA = default, weightsB = default, weightsC = default, weightsD = default;
            var next = first + TileSums.Step;
            inputsA = LoadInputs<TAccess, TFormat, TInput, TWeight>(o, matrix, rowA, next + place);
            weightsA = LoadWeights<TFormat, TInput, TWeight>(allWeights, matrix, next + weightRow, quad);
            weightsB = LoadWeights<TFormat, TInput, TWeight>(allWeights, matrix, next + weightRow + weightStep, quad);
            if (TShape.Across < TileSums.Step)
            {
                inputsB = LoadInputs<TAccess, TFormat, TInput, TWeight>(o, matrix, rowB, next + place);
            }

            if (TShape.Down < TileSums.Step)
            {
                weightsC = LoadWeights<TFormat, TInput, TWeight>(allWeights, matrix, next + weightRow + (2 * weightStep), quad);
                weightsD = LoadWeights<TFormat, TInput, TWeight>(allWeights, matrix, next + weightRow + (3 * weightStep), quad);
            }

            if (first >= 0)
            {
                var inputPlace = (buffer * TileSums.Step * (TShape.Down + 1)) + down;
                var weightsPlace = (buffer * TileSums.Step * 2 * TShape.Across) + across;
                for (var input = 0; input < TileSums.Step; input += 4)
                {
                    Step<TShape>(inputTile, weightTile, inputPlace, weightsPlace, ref part0, ref part1, ref part2, ref part3);
                    Step<TShape>(
                        inputTile, weightTile, inputPlace + (TShape.Down + 1), weightsPlace + (2 * TShape.Across), ref part0, ref part1, ref part2, ref part3);
                    Step<TShape>(
                        inputTile, weightTile, inputPlace + (2 * (TShape.Down + 1)), weightsPlace + (4 * TShape.Across), ref part0, ref part1, ref part2, ref part3);
                    Step<TShape>(
                        inputTile, weightTile, inputPlace + (3 * (TShape.Down + 1)), weightsPlace + (6 * TShape.Across), ref part0, ref part1, ref part2, ref part3);
                    inputPlace += 4 * (TShape.Down + 1);
                    weightsPlace += 8 * TShape.Across;
                }

                left -= TileSums.Step;
                if (left == 0 || next >= matrix.Inputs)
                {
                    left = run;
                    total0.Flush<TFormat, TInput, TWeight>(ref part0);
                    total1.Flush<TFormat, TInput, TWeight>(ref part1);
                    total2.Flush<TFormat, TInput, TWeight>(ref part2);
                    total3.Flush<TFormat, TInput, TWeight>(ref part3);
                }
            }

            buffer = 1 - buffer;
            if (next < matrix.Inputs)
            {
                var inputStart = buffer * TileSums.Step * 4 * (TShape.Down + 1);
                var weightStart = buffer * TileSums.Step * 2 * TShape.Across;
                Store<TShape>(inputValues, inputStart + (thread >> 2), place, TFormat.WidenInputs(rowA >= 0 && next + place < matrix.Inputs ? inputsA : default, roundedA));
                Store(weightTile, weightStart, weightRow, weightPlace, TShape.Across, TFormat.WidenWeights(next + weightRow < matrix.Inputs ? weightsA : default));
                Store(weightTile, weightStart, weightRow + weightStep, weightPlace, TShape.Across, TFormat.WidenWeights(next + weightRow + weightStep < matrix.Inputs ? weightsB : default));
                if (TShape.Across < TileSums.Step)
                {
                    Store<TShape>(
                        inputValues,
                        inputStart + ((thread + threads) >> 2),
                        place,
                        TFormat.WidenInputs(rowB >= 0 && next + place < matrix.Inputs ? inputsB : default, roundedB));
                }

                if (TShape.Down < TileSums.Step)
                {
                    Store(weightTile, weightStart, weightRow + (2 * weightStep), weightPlace, TShape.Across, TFormat.WidenWeights(next + weightRow + (2 * weightStep) < matrix.Inputs ? weightsC : default));
                    Store(weightTile, weightStart, weightRow + (3 * weightStep), weightPlace, TShape.Across, TFormat.WidenWeights(next + weightRow + (3 * weightStep) < matrix.Inputs ? weightsD : default));
                }
            }

            Group.Barrier();
        }

        // Rows leave one of four at a time through shared memory, so that neighbouring threads store neighbouring outputs.
        var columnBits = TShape.AcrossBits + 3;
        var outputBits = p.IsGated != 0 ? columnBits - 1 : columnBits;
        var firstOutput = p.IsGated != 0 ? firstQuad * 2 : firstQuad * 4;
        var allOutputs = p.IsGated != p.IsPair ? matrix.Columns >> 1 : matrix.Columns;
        var stored = totals.SubView(TShape.Down << columnBits, TShape.Down << columnBits);
        var ranges = inputTile.Cast<RowRange>();
        for (var r = 0; r < 4; r++)
        {
            var pair = r == 0 ? total0 : r == 1 ? total1 : r == 2 ? total2 : total3;
            weightTile[(down * 2 * TShape.Across) + (2 * across)] = pair.Left;
            weightTile[(down * 2 * TShape.Across) + (2 * across) + 1] = pair.Right;
            Group.Barrier();
            for (var i = thread; i < TShape.Down << outputBits; i += threads)
            {
                var line = i >> outputBits;
                var output = i & ((1 << outputBits) - 1);
                var row = (4 * line) + r;
                var value = 0f;
                if (row < rows && firstOutput + output < allOutputs)
                {
                    var total = (line << columnBits) + TileStore.Column(p.IsGated, output);
                    var quantum = TFormat.IsRounding ? rounded[row].Quantum : TileStore.Quantum<TFormat, TInput, TWeight>(p, o, matrix, firstRow + row);
                    value = TileStore.Store<TFormat, TInput, TWeight>(p, o, matrix, quantum, firstRow + row, firstOutput + output, totals, total);
                }

                if (TFormat.IsInteger)
                {
                    stored[i] = value;
                }
            }

            Group.Barrier();
            if (TFormat.IsInteger && p.KeepsRanges != 0)
            {
                RowRange range = default;
                for (var output = across; output < 1 << outputBits; output += TShape.Across)
                {
                    range.Include(stored[(down << outputBits) + output]);
                }

                ranges[(((4 * down) + r) << TShape.AcrossBits) + across] = range;
            }
        }

        if (!TFormat.IsInteger)
        {
            return;
        }

        Group.Barrier();
        if (p.KeepsRanges != 0 && thread < rows)
        {
            RowRange range = default;
            for (var other = 0; other < TShape.Across; other++)
            {
                range.Include(ranges[(thread << TShape.AcrossBits) + other]);
            }

            o.OutputRanges[((long)(firstRow + thread) * Grid.DimX) + Grid.IdxX] = range;
        }

        if (TFormat.IsRounding && p.IsRaw != 0 && Grid.IdxX == 0 && thread < rows)
        {
            o.RowQuanta[firstRow + thread] = rounded[thread].Quantum;
        }
    }

    /// <summary>One input of all rows and columns of a thread.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Step<TShape>(
        ArrayView<Quad> inputTile,
        ArrayView<Quad> weightTile,
        int inputPlace,
        int weightsPlace,
        ref QuadPair part0,
        ref QuadPair part1,
        ref QuadPair part2,
        ref QuadPair part3)
        where TShape : unmanaged, ITileShape
    {
        var values = inputTile[inputPlace];
        var left = weightTile[weightsPlace];
        var right = weightTile[weightsPlace + TShape.Across];
        part0.Add(values.X, left, right);
        part1.Add(values.Y, left, right);
        part2.Add(values.Z, left, right);
        part3.Add(values.W, left, right);
    }

    /// <summary>Where a row of inputs begins, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Source(in TileParameters p, ArrayView<int> index, int firstRow, int row, int rows) =>
        row < rows ? (long)(p.HasIndex != 0 ? index[firstRow + row] : firstRow + row) * p.InputStride : -1;

    /// <summary>Four inputs, or others where there are none: loads have no condition, so that nothing waits for them.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad LoadInputs<TAccess, TFormat, TInput, TWeight>(
        in TileOperands<TInput, TWeight> o, in TileMatrix matrix, long row, int input)
        where TAccess : unmanaged, ITileAccess
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var start = IntrinsicMath.Max(row, 0) + (TFormat.IsRounding ? matrix.SourceStart : matrix.InputStart);
        return TAccess.IsAligned
            ? TFormat.LoadAligned(o.Inputs, start, IntrinsicMath.Min(input, (matrix.Inputs - 1) & ~3))
            : TFormat.LoadAny(o.Inputs, start, input, matrix.Inputs);
    }

    /// <summary>Four weights, or others where there are none.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad LoadWeights<TFormat, TInput, TWeight>(ArrayView<TWeight> weights, in TileMatrix matrix, int input, int quad)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged =>
        TFormat.LoadWeights(
            weights,
            matrix.Start + ((long)IntrinsicMath.Min(input, matrix.Inputs - 1) * matrix.Stride) + IntrinsicMath.Min(quad, matrix.Stride - 1));

    /// <summary>Four inputs of a row, one below the other.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store<TShape>(ArrayView<float> tile, int row, int place, Quad quad)
        where TShape : unmanaged, ITileShape
    {
        var at = (place * 4 * (TShape.Down + 1)) + row;
        tile[at] = quad.X;
        tile[at + (4 * (TShape.Down + 1))] = quad.Y;
        tile[at + (8 * (TShape.Down + 1))] = quad.Z;
        tile[at + (12 * (TShape.Down + 1))] = quad.W;
    }

    /// <summary>Even quads, then odd ones: neighbouring threads then read neighbouring quads.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static void Store(ArrayView<Quad> tile, int start, int input, int place, int across, Quad quad) =>
        tile[start + (input * 2 * across) + (place >> 1) + ((place & 1) * across)] = quad;
}
