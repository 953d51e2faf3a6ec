namespace NativeSparse.Kernels;

/// <summary>The specification: each block's part of the rows is copied out, multiplied by the reference's dense product and copied back.</summary>
internal sealed unsafe class ReferenceBlockDiagonal(IDenseMatMul products) : IBlockDiagonalMatMul
{
    public string Version => ReferenceBackend.VersionName;

    public PackedBlockDiagonal Pack(ReadOnlySpan<float> weights, ReadOnlySpan<DiagonalBlock> blocks, Precision precision) =>
        DiagonalArguments.Pack(products, weights, blocks, precision);

    public PackedBlockDiagonal Pack(IReadOnlyList<PackedMatrix> blocks)
    {
        var matrices = DiagonalArguments.CheckPack(blocks);
        return matrices.All(IsOwn)
            ? new PackedBlockDiagonal(matrices)
            : throw DenseArguments.Foreign(Version, nameof(blocks));
    }

    public void Run(in Execution execution, View x, PackedBlockDiagonal weights, in Epilogue epilogue, View y)
    {
        DiagonalArguments.CheckRun(x, weights, epilogue, y);
        RequireOwn(weights.Block(0), nameof(weights));
        for (var b = 0; b < weights.Count; b++)
        {
            using var scope = execution.Scratch.Enter();
            var matrix = weights.Block(b);
            var inputs = execution.Scratch.Rent(x.Rows, matrix.InputWidth);
            var outputs = execution.Scratch.Rent(x.Rows, matrix.OutputWidth);
            var bias = epilogue.Bias.IsEmpty ? default : execution.Scratch.Rent(1, matrix.OutputWidth);
            for (var t = 0; t < x.Rows; t++)
            {
                for (var k = 0; k < matrix.InputWidth; k++)
                {
                    inputs.Row(t)[k] = x.Row(t)[weights.InputStart(b) + k];
                }
            }

            for (var n = 0; n < bias.Columns; n++)
            {
                bias.Row(0)[n] = epilogue.Bias.Row(0)[weights.OutputStart(b) + n];
            }

            products.Run(execution, inputs, matrix, new Epilogue { Bias = bias, Activation = epilogue.Activation }, outputs);
            for (var t = 0; t < x.Rows; t++)
            {
                for (var n = 0; n < matrix.OutputWidth; n++)
                {
                    Store(outputs.Row(t)[n], t, weights.OutputStart(b) + n, epilogue, y);
                }
            }
        }
    }

    public void RunBlockShuffle(
        in Execution execution, View x, PackedBlockDiagonal first, PackedBlockDiagonal second, in Epilogue epilogue, View y)
    {
        DiagonalArguments.CheckShuffle(x, first, second, epilogue, y);
        RequireOwn(first.Block(0), nameof(first));
        RequireOwn(second.Block(0), nameof(second));
        using var scope = execution.Scratch.Enter();
        var (count, inputs, outputs) = (second.Count, second.Block(0).InputWidth, second.Block(0).OutputWidth);
        var middle = execution.Scratch.Rent(x.Rows, first.OutputWidth);
        var shuffled = execution.Scratch.Rent(x.Rows, second.InputWidth);
        var product = execution.Scratch.Rent(x.Rows, second.OutputWidth);
        var bias = epilogue.Bias.IsEmpty ? default : execution.Scratch.Rent(1, second.OutputWidth);
        Run(execution, x, first, default, middle);
        for (var l = 0; l < count; l++)
        {
            for (var t = 0; t < x.Rows; t++)
            {
                for (var r = 0; r < inputs; r++)
                {
                    shuffled.Row(t)[(l * inputs) + r] = middle.Row(t)[(r * count) + l];
                }
            }

            for (var m = 0; !bias.IsEmpty && m < outputs; m++)
            {
                bias.Row(0)[(l * outputs) + m] = epilogue.Bias.Row(0)[(m * count) + l];
            }
        }

        Run(execution, shuffled, second, new Epilogue { Bias = bias, Activation = epilogue.Activation }, product);
        for (var t = 0; t < x.Rows; t++)
        {
            for (var n = 0; n < y.Columns; n++)
            {
                Store(product.Row(t)[(n % count * outputs) + (n / count)], t, n, epilogue, y);
            }
        }
    }

    public void RunBlockDense(
        in Execution execution, View x, PackedBlockDiagonal blocks, PackedMatrix dense, in Epilogue epilogue, View y)
    {
        DiagonalArguments.CheckBlockDense(x, blocks, dense, epilogue, y);
        RequireOwn(blocks.Block(0), nameof(blocks));
        RequireOwn(dense, nameof(dense));
        using var scope = execution.Scratch.Enter();
        var middle = execution.Scratch.Rent(x.Rows, blocks.OutputWidth);
        Run(execution, x, blocks, default, middle);
        products.Run(execution, middle, dense, epilogue, y);
    }

    private static void Store(float value, int row, int column, in Epilogue epilogue, View y) =>
        y.Row(row)[column] = epilogue.Multiplier.IsEmpty ? value : value * epilogue.Multiplier.Row(row)[column];

    private static bool IsOwn(PackedMatrix matrix) => matrix is ReferenceMatrix or ReferenceInt8Matrix or ReferenceInt4Matrix;

    private void RequireOwn(PackedMatrix matrix, string operand)
    {
        if (!IsOwn(matrix))
        {
            throw DenseArguments.Foreign(Version, operand);
        }
    }
}
