namespace NativeSparse.Kernels;

/// <summary>Block-diagonal products over the tiles of the dense products.</summary>
/// <param name="products">Packs the blocks.</param>
/// <param name="int8">The version of the int8 products.</param>
/// <param name="int4">The version of the int4 products.</param>
internal sealed class VectorBlockDiagonal<TWidth, TVector>(
    VectorDenseMatMul<TWidth, TVector> products, Int8Products int8, Int4Products int4) : IBlockDiagonalMatMul
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <summary>Bytes of intermediate values of one pass for each thread: what a second-level cache holds beside some weights.</summary>
    private const int PassBytes = 512 << 10;

    /// <summary>Fewest rows of a pass for each thread: whole tiles, enough of them for each line of weights that comes.</summary>
    private const int LeastPassRows = 48;

    public string Version => products.Version;

    public PackedBlockDiagonal Pack(ReadOnlySpan<float> weights, ReadOnlySpan<DiagonalBlock> blocks, Precision precision) =>
        DiagonalArguments.Pack(products, weights, blocks, precision);

    public PackedBlockDiagonal Pack(IReadOnlyList<PackedMatrix> blocks)
    {
        var matrices = DiagonalArguments.CheckPack(blocks);
        return Array.TrueForAll(matrices, products.IsOwn)
            ? new PackedBlockDiagonal(matrices)
            : throw DenseArguments.Foreign(Version, nameof(blocks));
    }

    public void Run(in Execution execution, View x, PackedBlockDiagonal weights, in Epilogue epilogue, View y)
    {
        DiagonalArguments.CheckRun(x, weights, epilogue, y);
        RequireOwn(weights.Block(0), nameof(weights));
        Multiply(execution, x, weights, epilogue, y);
    }

    public void RunBlockShuffle(
        in Execution execution, View x, PackedBlockDiagonal first, PackedBlockDiagonal second, in Epilogue epilogue, View y)
    {
        DiagonalArguments.CheckShuffle(x, first, second, epilogue, y);
        RequireOwn(first.Block(0), nameof(first));
        RequireOwn(second.Block(0), nameof(second));
        using var scope = execution.Scratch.Enter();
        var (inputs, outputs) = (second.Block(0).InputWidth, second.Block(0).OutputWidth);

        // In the order of the second matrix's outputs, so that its tiles do all the finishing.
        var bias = default(View);
        if (!epilogue.Bias.IsEmpty)
        {
            bias = execution.Scratch.Rent(1, y.Columns);
            TransposedRows.Run(execution, epilogue.Bias, outputs, bias);
        }

        var pass = PassRows(execution, first.OutputWidth + second.InputWidth + second.OutputWidth);
        for (var start = 0; start < x.Rows; start += pass)
        {
            using var passScope = execution.Scratch.Enter();
            var count = Math.Min(pass, x.Rows - start);
            var middle = execution.Scratch.RentSpread(count, first.OutputWidth);
            var shuffled = execution.Scratch.RentSpread(count, second.InputWidth);
            var product = execution.Scratch.RentSpread(count, second.OutputWidth);
            var multiplier = default(View);
            if (!epilogue.Multiplier.IsEmpty)
            {
                multiplier = execution.Scratch.RentSpread(count, second.OutputWidth);
                TransposedRows.Run(execution, epilogue.Multiplier.Slice(start, count), outputs, multiplier);
            }

            Multiply(execution, x.Slice(start, count), first, default, middle);
            TransposedRows.Run(execution, middle, inputs, shuffled);
            Multiply(
                execution, shuffled, second, new Epilogue { Bias = bias, Activation = epilogue.Activation, Multiplier = multiplier }, product);
            TransposedRows.Run(execution, product, second.Count, y.Slice(start, count));
        }
    }

    public void RunBlockDense(
        in Execution execution, View x, PackedBlockDiagonal blocks, PackedMatrix dense, in Epilogue epilogue, View y)
    {
        DiagonalArguments.CheckBlockDense(x, blocks, dense, epilogue, y);
        RequireOwn(blocks.Block(0), nameof(blocks));
        RequireOwn(dense, nameof(dense));
        var pass = PassRows(execution, blocks.OutputWidth);
        for (var start = 0; start < x.Rows; start += pass)
        {
            using var scope = execution.Scratch.Enter();
            var count = Math.Min(pass, x.Rows - start);
            var middle = execution.Scratch.RentSpread(count, blocks.OutputWidth);
            Multiply(execution, x.Slice(start, count), blocks, default, middle);
            var multiplier = epilogue.Multiplier.IsEmpty ? default : epilogue.Multiplier.Slice(start, count);
            products.Run(execution, middle, dense, epilogue with { Multiplier = multiplier }, y.Slice(start, count));
        }
    }

    private static int PassRows(in Execution execution, int width)
    {
        var rows = PassBytes / sizeof(float) / width / LeastPassRows * LeastPassRows;
        return Math.Max(rows, LeastPassRows) * execution.Splitter.Threads;
    }

    private void Multiply(in Execution execution, View x, PackedBlockDiagonal weights, in Epilogue epilogue, View y)
    {
        execution.Cancellation.ThrowIfCancellationRequested();
        if (x.Rows == 0)
        {
            return;
        }

        switch (weights.Block(0))
        {
            case Int8Matrix:
                int8.Run(execution, x, weights, epilogue, y);
                break;
            case Int4Matrix:
                int4.Run(execution, x, weights, epilogue, y);
                break;
            default:
                DiagonalSchedule<PanelDiagonal<TWidth, TVector>, PanelMatrix>.Run(execution, x, weights, epilogue, y);
                break;
        }
    }

    private void RequireOwn(PackedMatrix weights, string operand)
    {
        if (!products.IsOwn(weights))
        {
            throw DenseArguments.Foreign(Version, operand);
        }
    }
}
