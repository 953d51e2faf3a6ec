using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Products of many rows: a group computes a tile of the outputs, whose inputs and weights pass through shared memory 16 inputs at a time, those of
/// the next step being loaded meanwhile; each thread holds 4 rows by 8 columns in registers.
/// </summary>
internal static class TileKernel
{
    public static void Run<TShape, TFormat, TInput, TWeight>(TileParameters p, TileOperands<TInput, TWeight> o)
        where TShape : unmanaged, ITileShape
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        var inputTile = SharedMemory.Allocate<Quad>(TileSums.Step * (TShape.Down + 1));
        var weightTile = SharedMemory.Allocate<Quad>(TileSums.Step * 2 * TShape.Across);
        var inputValues = inputTile.Cast<float>();
        var totals = weightTile.Cast<float>();
        var thread = Group.IdxX;
        var across = thread % TShape.Across;
        var down = thread / TShape.Across;
        var threads = TShape.Across * TShape.Down;

        int number;
        int firstRow;
        int rows;
        if (p.HasSpans != 0)
        {
            var span = o.Spans[Grid.IdxY];
            number = span.Matrix;
            firstRow = span.FirstRow;
            rows = span.Rows;
        }
        else
        {
            number = Grid.IdxY / p.RowBlocks;
            firstRow = Grid.IdxY % p.RowBlocks * (4 * TShape.Down);
            rows = IntrinsicMath.Min(p.Rows - firstRow, 4 * TShape.Down);
        }

        var matrix = o.Matrices[number];
        var firstQuad = Grid.IdxX * (2 * TShape.Across);
        if (rows <= 0 || 4 * firstQuad >= matrix.Columns)
        {
            return;
        }

        // What the next step needs is loaded into registers while this step is computed.
        var rowA = Source(p, o.Index, firstRow, thread / 4, rows);
        var rowB = Source(p, o.Index, firstRow, (thread + threads) / 4, rows);
        var place = thread % 4 * 4;
        var weightRow = thread / (2 * TShape.Across);
        var weightPlace = thread % (2 * TShape.Across);
        var weightStep = TShape.Down / 2;
        Quad inputsA = default, inputsB = default;
        Quad weightsA = default, weightsB = default, weightsC = default, weightsD = default;
        QuadPair part0 = default, part1 = default, part2 = default, part3 = default;
        QuadPair total0 = default, total1 = default, total2 = default, total3 = default;
        var run = TileSums.RunLength(matrix.Inputs);
        for (var first = -TileSums.Step; first < matrix.Inputs; first += TileSums.Step)
        {
            if (first >= 0)
            {
                Store<TShape>(inputValues, thread / 4, place, inputsA);
                Store(weightTile, weightRow, weightPlace, TShape.Across, weightsA);
                Store(weightTile, weightRow + weightStep, weightPlace, TShape.Across, weightsB);
                if (TShape.Across < TileSums.Step)
                {
                    Store<TShape>(inputValues, (thread + threads) / 4, place, inputsB);
                }

                if (TShape.Down < TileSums.Step)
                {
                    Store(weightTile, weightRow + (2 * weightStep), weightPlace, TShape.Across, weightsC);
                    Store(weightTile, weightRow + (3 * weightStep), weightPlace, TShape.Across, weightsD);
                }

                Group.Barrier();
            }

            var next = first + TileSums.Step;
            if (next < matrix.Inputs)
            {
                inputsA = LoadInputs<TFormat, TInput, TWeight>(p, o, matrix, rowA, next + place);
                weightsA = LoadWeights<TFormat, TInput, TWeight>(o, matrix, next + weightRow, firstQuad + weightPlace);
                weightsB = LoadWeights<TFormat, TInput, TWeight>(o, matrix, next + weightRow + weightStep, firstQuad + weightPlace);
                if (TShape.Across < TileSums.Step)
                {
                    inputsB = LoadInputs<TFormat, TInput, TWeight>(p, o, matrix, rowB, next + place);
                }

                if (TShape.Down < TileSums.Step)
                {
                    weightsC = LoadWeights<TFormat, TInput, TWeight>(o, matrix, next + weightRow + (2 * weightStep), firstQuad + weightPlace);
                    weightsD = LoadWeights<TFormat, TInput, TWeight>(o, matrix, next + weightRow + (3 * weightStep), firstQuad + weightPlace);
                }
            }

            if (first >= 0)
            {
                for (var input = 0; input < TileSums.Step; input++)
                {
                    var values = inputTile[(input * (TShape.Down + 1)) + down];
                    var left = weightTile[(input * 2 * TShape.Across) + across];
                    var right = weightTile[(input * 2 * TShape.Across) + TShape.Across + across];
                    part0.Add(values.X, left, right);
                    part1.Add(values.Y, left, right);
                    part2.Add(values.Z, left, right);
                    part3.Add(values.W, left, right);
                }

                Group.Barrier();
                if (next % run == 0 || next >= matrix.Inputs)
                {
                    total0.Flush<TFormat, TInput, TWeight>(ref part0);
                    total1.Flush<TFormat, TInput, TWeight>(ref part1);
                    total2.Flush<TFormat, TInput, TWeight>(ref part2);
                    total3.Flush<TFormat, TInput, TWeight>(ref part3);
                }
            }
        }

        // Rows leave one of four at a time through shared memory, so that neighbouring threads store neighbouring outputs.
        var columns = 8 * TShape.Across;
        var outputs = p.IsGated != 0 ? columns / 2 : columns;
        var firstOutput = p.IsGated != 0 ? firstQuad * 2 : firstQuad * 4;
        var allOutputs = p.IsGated != 0 ? matrix.Columns / 2 : matrix.Columns;
        for (var r = 0; r < 4; r++)
        {
            var pair = r == 0 ? total0 : r == 1 ? total1 : r == 2 ? total2 : total3;
            weightTile[(down * 2 * TShape.Across) + (2 * across)] = pair.Left;
            weightTile[(down * 2 * TShape.Across) + (2 * across) + 1] = pair.Right;
            Group.Barrier();
            for (var i = thread; i < TShape.Down * outputs; i += threads)
            {
                var line = i / outputs;
                var output = i % outputs;
                var row = (4 * line) + r;
                if (row < rows && firstOutput + output < allOutputs)
                {
                    var total = (line * columns) + (p.IsGated != 0 ? (output / 4 * 8) + (output % 4) : output);
                    TileStore.Store<TFormat, TInput, TWeight>(p, o, matrix, firstRow + row, firstOutput + output, totals, total);
                }
            }

            Group.Barrier();
        }
    }

    /// <summary>Where a row of inputs begins, or -1.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static long Source(in TileParameters p, ArrayView<int> index, int firstRow, int row, int rows) =>
        row < rows ? (long)(p.HasIndex != 0 ? index[firstRow + row] : firstRow + row) * p.InputStride : -1;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad LoadInputs<TFormat, TInput, TWeight>(
        in TileParameters p, in TileOperands<TInput, TWeight> o, in TileMatrix matrix, long row, int input)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged =>
        row >= 0 ? TFormat.LoadInputs(o.Inputs, row + matrix.InputStart, input, matrix.Inputs, p.IsAligned) : default;

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static Quad LoadWeights<TFormat, TInput, TWeight>(in TileOperands<TInput, TWeight> o, in TileMatrix matrix, int input, int quad)
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged =>
        input < matrix.Inputs && quad < matrix.Stride ? TFormat.Widen(o.Weights[matrix.Start + ((long)input * matrix.Stride) + quad]) : default;

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
    private static void Store(ArrayView<Quad> tile, int input, int place, int across, Quad quad) =>
        tile[(input * 2 * across) + (place / 2) + (place % 2 * across)] = quad;
}
