using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Products of many rows: a group computes a tile of the outputs, whose inputs and weights pass through shared memory 16 inputs at a time; each
/// thread holds 4 rows by 8 columns in registers.
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

        QuadPair part0 = default, part1 = default, part2 = default, part3 = default;
        QuadPair total0 = default, total1 = default, total2 = default, total3 = default;
        var run = TileSums.RunLength(matrix.Inputs);
        for (var first = 0; first < matrix.Inputs; first += TileSums.Step)
        {
            for (var i = thread; i < TileSums.Step * TShape.Down; i += threads)
            {
                var row = i / 4;
                var place = i % 4 * 4;
                Quad quad = default;
                if (row < rows)
                {
                    var source = p.HasIndex != 0 ? o.Index[firstRow + row] : firstRow + row;
                    quad = TFormat.LoadInputs(
                        o.Inputs, ((long)source * p.InputStride) + matrix.InputStart, first + place, matrix.Inputs, p.IsAligned);
                }

                var at = (place * 4 * (TShape.Down + 1)) + row;
                inputValues[at] = quad.X;
                inputValues[at + (4 * (TShape.Down + 1))] = quad.Y;
                inputValues[at + (8 * (TShape.Down + 1))] = quad.Z;
                inputValues[at + (12 * (TShape.Down + 1))] = quad.W;
            }

            for (var i = thread; i < TileSums.Step * 2 * TShape.Across; i += threads)
            {
                var input = i / (2 * TShape.Across);
                var place = i % (2 * TShape.Across);
                Quad quad = default;
                if (first + input < matrix.Inputs && firstQuad + place < matrix.Stride)
                {
                    quad = TFormat.Widen(o.Weights[matrix.Start + ((long)(first + input) * matrix.Stride) + firstQuad + place]);
                }

                // Even quads, then odd ones: neighbouring threads then read neighbouring quads.
                weightTile[(input * 2 * TShape.Across) + (place / 2) + (place % 2 * TShape.Across)] = quad;
            }

            Group.Barrier();
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
            var next = first + TileSums.Step;
            if (next % run == 0 || next >= matrix.Inputs)
            {
                total0.Flush<TFormat, TInput, TWeight>(ref part0);
                total1.Flush<TFormat, TInput, TWeight>(ref part1);
                total2.Flush<TFormat, TInput, TWeight>(ref part2);
                total3.Flush<TFormat, TInput, TWeight>(ref part3);
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
                    var place = (line * columns) + (p.IsGated != 0 ? (output / 4 * 8) + (output % 4) : output);
                    TileStore.Store<TFormat, TInput, TWeight>(p, o, matrix, firstRow + row, firstOutput + output, totals, place);
                }
            }

            Group.Barrier();
        }
    }
}
