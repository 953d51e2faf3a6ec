namespace NativeSparse.Kernels;

/// <summary>The checks that every block-diagonal version makes before it writes anything, and packing block by block.</summary>
internal static class DiagonalArguments
{
    public static PackedBlockDiagonal Pack(
        IDenseMatMul dense, ReadOnlySpan<float> weights, ReadOnlySpan<DiagonalBlock> blocks, Precision precision)
    {
        CheckPack(weights.Length, blocks);
        var packed = new PackedMatrix[blocks.Length];
        var (start, done) = (0, 0);
        try
        {
            foreach (var (inputs, outputs) in blocks)
            {
                packed[done] = dense.Pack(weights.Slice(start, inputs * outputs), inputs, outputs, precision);
                start += inputs * outputs;
                done++;
            }
        }
        finally
        {
            if (done < packed.Length)
            {
                Array.ForEach(packed, block => block?.Dispose());
            }
        }

        return new PackedBlockDiagonal(packed);
    }

    public static PackedMatrix[] CheckPack(IReadOnlyList<PackedMatrix> blocks)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        PackedMatrix[] matrices = [.. blocks];
        foreach (var matrix in matrices)
        {
            ArgumentNullException.ThrowIfNull(matrix, nameof(blocks));
            if (matrix.Precision != matrices[0].Precision)
            {
                throw new ShapeMismatchException(nameof(blocks), $"all of them {matrices[0].Precision}", $"one that is {matrix.Precision}");
            }
        }

        CheckWidths([.. matrices.Select(matrix => new DiagonalBlock(matrix.InputWidth, matrix.OutputWidth))]);
        return matrices;
    }

    public static void CheckRun(View x, PackedBlockDiagonal weights, in Epilogue epilogue, View y)
    {
        ArgumentNullException.ThrowIfNull(weights);
        weights.ThrowIfDisposed();
        x.Require(nameof(x), y.Rows, weights.InputWidth);
        CheckOutput(weights.OutputWidth, epilogue, y);
    }

    public static void CheckShuffle(View x, PackedBlockDiagonal first, PackedBlockDiagonal second, in Epilogue epilogue, View y)
    {
        ArgumentNullException.ThrowIfNull(first);
        ArgumentNullException.ThrowIfNull(second);
        first.ThrowIfDisposed();
        second.ThrowIfDisposed();
        x.Require(nameof(x), y.Rows, first.InputWidth);
        CheckInputs(nameof(second), second.InputWidth, first);
        for (var b = 1; b < second.Count; b++)
        {
            var (block, size) = (second.Block(b), second.Block(0));
            if (block.InputWidth != size.InputWidth || block.OutputWidth != size.OutputWidth)
            {
                throw new ShapeMismatchException(
                    $"second, block {b}",
                    $"[{size.InputWidth}, {size.OutputWidth}] like block 0",
                    $"[{block.InputWidth}, {block.OutputWidth}]");
            }
        }

        CheckOutput(second.OutputWidth, epilogue, y);
    }

    public static void CheckBlockDense(View x, PackedBlockDiagonal blocks, PackedMatrix dense, in Epilogue epilogue, View y)
    {
        ArgumentNullException.ThrowIfNull(blocks);
        ArgumentNullException.ThrowIfNull(dense);
        blocks.ThrowIfDisposed();
        dense.ThrowIfDisposed();
        x.Require(nameof(x), y.Rows, blocks.InputWidth);
        CheckInputs(nameof(dense), dense.InputWidth, blocks);
        CheckOutput(dense.OutputWidth, epilogue, y);
    }

    public static void CheckPack(int length, ReadOnlySpan<DiagonalBlock> blocks)
    {
        CheckWidths(blocks);
        var expected = 0L;
        foreach (var (inputs, outputs) in blocks)
        {
            expected += (long)inputs * outputs;
        }

        if (length != expected)
        {
            throw new ShapeMismatchException("weights", $"{expected} values in {blocks.Length} blocks", $"{length} values");
        }
    }

    private static void CheckWidths(ReadOnlySpan<DiagonalBlock> blocks)
    {
        if (blocks.IsEmpty)
        {
            throw new ShapeMismatchException(nameof(blocks), "at least one block", "none");
        }

        var (allInputs, allOutputs) = (0L, 0L);
        for (var b = 0; b < blocks.Length; b++)
        {
            var (inputs, outputs) = blocks[b];
            if (inputs < 1 || outputs < 1)
            {
                throw new ShapeMismatchException($"block {b}", "at least one input and one output", $"[{inputs}, {outputs}]");
            }

            (allInputs, allOutputs) = (allInputs + inputs, allOutputs + outputs);
        }

        if (Math.Max(allInputs, allOutputs) > int.MaxValue)
        {
            throw new ShapeMismatchException(nameof(blocks), $"at most {int.MaxValue} inputs and outputs in all", $"[{allInputs}, {allOutputs}]");
        }
    }

    private static void CheckInputs(string operand, int inputs, PackedBlockDiagonal first)
    {
        if (inputs != first.OutputWidth)
        {
            throw new ShapeMismatchException(operand, $"{first.OutputWidth} inputs, as many as the blocks before it have outputs", $"{inputs}");
        }
    }

    private static void CheckOutput(int width, in Epilogue epilogue, View y)
    {
        y.Require(nameof(y), y.Rows, width);
        if (!epilogue.Bias.IsEmpty)
        {
            epilogue.Bias.Require("bias", 1, width);
        }

        if (!epilogue.Multiplier.IsEmpty)
        {
            epilogue.Multiplier.Require("multiplier", y.Rows, width);
        }
    }
}
