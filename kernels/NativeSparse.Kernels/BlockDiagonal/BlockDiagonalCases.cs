namespace NativeSparse.Kernels;

/// <summary>The contract cases of block-diagonal products: the tests' and the self-test's.</summary>
internal static class BlockDiagonalCases
{
    /// <summary>The stated error of activations, met where they end a product.</summary>
    private const double ActivationLimit = 4e-6;

    /// <summary>Rows, then inputs and outputs of each block: equal and ragged ones, around panels and tiles.</summary>
    public static IReadOnlyList<(int Rows, DiagonalBlock[] Blocks)> Shapes { get; } =
    [
        (1, [new(1, 1)]),
        (1, DiagonalBlock.Repeat(4, 48, 64)),
        (2, [new(1, 3), new(17, 1), new(3, 33), new(33, 17), new(64, 64)]),
        (5, DiagonalBlock.Repeat(3, 7, 9)),
        (13, [new(64, 17), new(1, 1), new(400, 33), new(3, 3)]),
        (40, DiagonalBlock.Repeat(16, 24, 8)),
        (130, DiagonalBlock.Repeat(2, 33, 130)),
    ];

    /// <summary>Rows; blocks, inputs, outputs of the first matrix and of the second.</summary>
    public static IReadOnlyList<(int Rows, (int Count, int Inputs, int Outputs) First, (int Count, int Inputs, int Outputs) Next)> Shuffles { get; } =
    [
        (1, (1, 3, 5), (1, 5, 2)),
        (2, (3, 7, 7), (3, 7, 7)),
        (13, (4, 10, 6), (4, 6, 33)),
        (70, (2, 17, 24), (6, 8, 12)),
        (130, (8, 16, 16), (8, 16, 40)),
    ];

    public static IEnumerable<ContractCase> All()
    {
        foreach (var precision in Enum.GetValues<Precision>())
        {
            foreach (var (rows, blocks) in Shapes)
            {
                yield return new ContractCase(
                    "block-diagonal",
                    precision,
                    $"{rows} rows, {blocks.Length} blocks",
                    (backend, reference) => Product(backend, reference, precision, rows, blocks, default, 0));
            }

            yield return new ContractCase(
                "block-diagonal",
                precision,
                "gelu",
                (backend, reference) => Product(
                    backend, reference, precision, 37, DiagonalBlock.Repeat(3, 30, 41), ActivationKind.Gelu, ActivationLimit));
            foreach (var (rows, first, second) in Shuffles)
            {
                yield return new ContractCase(
                    "block-shuffle",
                    precision,
                    $"{rows} rows, {first.Count} and {second.Count} blocks",
                    (backend, reference) => Shuffle(
                        backend,
                        reference,
                        precision,
                        rows,
                        DiagonalBlock.Repeat(first.Count, first.Inputs, first.Outputs),
                        DiagonalBlock.Repeat(second.Count, second.Inputs, second.Outputs)));
            }

            foreach (var (rows, blocks) in Shapes)
            {
                yield return new ContractCase(
                    "block-dense",
                    precision,
                    $"{rows} rows, {blocks.Length} blocks",
                    (backend, reference) => BlockDense(backend, reference, precision, rows, blocks));
            }
        }
    }

    private static CaseResult Product(
        Backend backend,
        Backend reference,
        Precision precision,
        int rows,
        DiagonalBlock[] blocks,
        ActivationKind activation,
        double limit)
    {
        using var memory = new CaseMemory(rows + blocks.Length);
        var weights = Sample(memory, blocks);
        var x = memory.Sample(rows, blocks.Sum(block => block.InputWidth));
        var epilogue = new Epilogue
        {
            Bias = memory.Sample(1, blocks.Sum(block => block.OutputWidth)),
            Activation = new Activation(activation),
        };
        View Run(Backend own)
        {
            using var packed = own.BlockDiagonal.Pack(weights, blocks, precision);
            var y = memory.Zeros(rows, packed.OutputWidth);
            own.BlockDiagonal.Run(memory.Execution, x, packed, epilogue, y);
            return y;
        }

        return new CaseResult(CaseMemory.Difference(Run(reference), Run(backend)), limit);
    }

    private static CaseResult Shuffle(
        Backend backend, Backend reference, Precision precision, int rows, DiagonalBlock[] first, DiagonalBlock[] second)
    {
        using var memory = new CaseMemory(rows + first.Length);
        var (firstWeights, secondWeights) = (Sample(memory, first), Sample(memory, second));
        var x = memory.Sample(rows, first.Sum(block => block.InputWidth));
        var width = second.Sum(block => block.OutputWidth);
        var epilogue = new Epilogue { Bias = memory.Sample(1, width), Multiplier = memory.Sample(rows, width) };
        View Run(Backend own)
        {
            using var firstPacked = own.BlockDiagonal.Pack(firstWeights, first, precision);
            using var secondPacked = own.BlockDiagonal.Pack(secondWeights, second, precision);
            var y = memory.Zeros(rows, width);
            own.BlockDiagonal.RunBlockShuffle(memory.Execution, x, firstPacked, secondPacked, epilogue, y);
            return y;
        }

        return new CaseResult(CaseMemory.Difference(Run(reference), Run(backend)), 0);
    }

    private static CaseResult BlockDense(Backend backend, Backend reference, Precision precision, int rows, DiagonalBlock[] blocks)
    {
        const int outputs = 37;
        using var memory = new CaseMemory(rows + blocks.Length);
        var weights = Sample(memory, blocks);
        var width = blocks.Sum(block => block.OutputWidth);
        var denseWeights = memory.Sample(width * outputs);
        var x = memory.Sample(rows, blocks.Sum(block => block.InputWidth));
        var bias = memory.Sample(1, outputs);
        View Run(Backend own)
        {
            using var packed = own.BlockDiagonal.Pack(weights, blocks, precision);
            using var dense = own.Dense.Pack(denseWeights, width, outputs, precision);
            var y = memory.Zeros(rows, outputs);
            own.BlockDiagonal.RunBlockDense(memory.Execution, x, packed, dense, new Epilogue { Bias = bias }, y);
            return y;
        }

        return new CaseResult(CaseMemory.Difference(Run(reference), Run(backend)), 0);
    }

    private static float[] Sample(CaseMemory memory, DiagonalBlock[] blocks) =>
        memory.Sample(blocks.Sum(block => block.InputWidth * block.OutputWidth));
}
