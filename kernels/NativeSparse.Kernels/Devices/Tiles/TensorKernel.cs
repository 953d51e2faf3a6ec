using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Products on tensor cores (CUDA, SM_80 and newer): as <see cref="TileKernel"/>, with the products of a step left to 8 warps, each of which sums
/// 32 rows by 32 columns. Inputs and weights become words of neighbouring inputs on their way into shared memory.
/// </summary>
internal static class TensorKernel
{
    public static void Run<TAccess, TTensor, TFormat, TInput, TWeight>(TileParameters p, TileOperands<TInput, TWeight> o)
        where TAccess : unmanaged, ITileAccess
        where TTensor : unmanaged, ITensorFormat<TInput, TWeight>
        where TFormat : unmanaged, ITileFormat<TInput, TWeight>
        where TInput : unmanaged
        where TWeight : unmanaged
    {
        // Assembly text names this by its number: it is the only shared memory.
        var totals = SharedMemory.Allocate<Quad>(TensorTile.Quads).Cast<float>();
        var thread = Group.IdxX;
        var span = TileSpan.OfGroup(p, o.Spans, TensorTile.Rows);
        var number = span.Matrix;
        var firstRow = span.FirstRow;
        var rows = span.Rows;
        var matrix = o.Matrices[number];
        var firstQuad = Grid.IdxX * (TensorTile.Columns / 4);
        if (rows <= 0 || 4 * firstQuad >= (p.IsPair != 0 ? 8 * matrix.Stride : matrix.Columns))
        {
            return;
        }

        TTensor.Clear();
        // Lanes that store together hold lines that are neighbours, and of weights two places of a line: they meet in no bank. Shifts and masks, as
        // the compiler of the driver divides by powers of two as by any number.
        var line = (thread >> 5 << 3) + (thread & 7);
        var quad = (thread >> 7 << 4) + (((thread >> 4) & 1) << 3) + (thread & 7);
        var part = (thread >> 3) & 3;
        var pair = (((thread >> 5) & 3) << 1) + ((thread >> 3) & 1);
        var ownRow = firstRow + (line < rows ? line : 0);
        var row = ((long)(p.HasIndex != 0 ? o.Index[ownRow] : ownRow) * p.InputStride) + matrix.InputStart;
        var rowInput = part * 4 * TTensor.WordInputs;
        var rowPlace = (line * TensorTile.LineBytes) + (part * 16);
        var isGate = p.IsPair != 0 && (quad & 1) != 0;
        var allWeights = isGate ? o.Gates : o.Weights;
        var ownQuad = p.IsPair != 0 ? (firstQuad + quad) >> 1 : firstQuad + quad;
        var column = matrix.Start + IntrinsicMath.Min(ownQuad, matrix.Stride - 1);
        var columnInput = pair * 2 * TTensor.WordInputs;
        var columnPlace = TensorTile.WeightBytes + (quad * TensorTile.LineBytes) + (pair * 8);
        var step = TensorTile.StepWords * TTensor.WordInputs;
        var buffer = 0;

        // What the next step needs is loaded into registers while this step is computed, and stored into the other half of shared memory.
        for (var first = -step; first < matrix.Inputs; first += step)
        {
            var next = first + step;
            var inputs = TTensor.LoadInputs<TAccess>(o.Inputs, row, next + rowInput, matrix.Inputs);
            var weights = TTensor.LoadWeights(allWeights, column, matrix.Stride, next + columnInput, matrix.Inputs);
            if (first >= 0)
            {
                TTensor.Multiply(buffer + InputPlace(thread), buffer + WeightPlace(thread));
            }

            buffer = TensorTile.BufferBytes - buffer;
            if (next < matrix.Inputs)
            {
                if (next + step > matrix.Inputs)
                {
                    inputs = TTensor.EndInputs(inputs, next + rowInput, matrix.Inputs);
                    weights = TTensor.EndWeights(weights, next + columnInput, matrix.Inputs);
                }

                TTensor.StoreInputs(buffer + rowPlace, inputs);
                TTensor.StoreWeights(buffer + columnPlace, weights);
            }

            Group.Barrier();
        }

        TTensor.StoreSums(4 * SumPlace(thread));
        Group.Barrier();
        var outputBits = p.IsGated != 0 ? TensorTile.ColumnBits - 1 : TensorTile.ColumnBits;
        var firstOutput = p.IsGated != 0 ? firstQuad * 2 : firstQuad * 4;
        var allOutputs = p.IsGated != p.IsPair ? matrix.Columns >> 1 : matrix.Columns;
        for (var i = thread; i < TensorTile.Rows << outputBits; i += TensorTile.Threads)
        {
            var outputRow = i >> outputBits;
            var output = i & ((1 << outputBits) - 1);
            if (outputRow < rows && firstOutput + output < allOutputs)
            {
                var total = (outputRow * TensorTile.SumStride) + TileStore.Column(p.IsGated, output);
                var quantum = TileStore.Quantum<TFormat, TInput, TWeight>(p, o, matrix, firstRow + outputRow);
                TileStore.Store<TFormat, TInput, TWeight>(p, o, matrix, quantum, firstRow + outputRow, firstOutput + output, totals, total);
            }
        }
    }

    /// <summary>Where a lane's line of its warp's first 16 rows begins: 16 rows of 4 words, then the same rows four words on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int InputPlace(int thread) => (((thread & 32) + (thread & 15)) * TensorTile.LineBytes) + (thread & 16);

    /// <summary>Where a lane's line of its warp's first 16 columns begins: 8 columns of 4 words, the same four words on, then 8 more columns.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int WeightPlace(int thread) =>
        TensorTile.WeightBytes + (((thread >> 6 << 5) + ((thread & 16) >> 1) + (thread & 7)) * TensorTile.LineBytes) + ((thread & 8) << 1);

    /// <summary>Where a thread's first sum belongs: a lane holds two neighbouring lines of columns, which are columns four apart.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int SumPlace(int thread) =>
        (((thread & 32) + ((thread & 31) >> 2)) * TensorTile.SumStride) + ((thread & 3) << 3) + (thread >> 6);
}
