namespace NativeSparse.Kernels;

/// <summary>The contract cases of sparse int8 products: against the specification, and against the dense int8 product with the zeros.</summary>
internal static class SparseInt8Cases
{
    private static readonly bool[] Expectations = [false, true];

    /// <summary>Outputs of a block.</summary>
    public static IReadOnlyList<int> Heights { get; } = [16, 32];

    /// <summary>Rows, inputs, outputs: one, primes, around tiles, blocks and panels.</summary>
    public static IReadOnlyList<(int Rows, int Inputs, int Outputs)> Shapes { get; } =
    [
        (1, 1, 1), (1, 37, 70), (2, 5, 33), (6, 64, 32), (7, 66, 31), (12, 17, 64), (13, 90, 15), (33, 43, 100), (65, 128, 47), (131, 70, 66), (300, 20, 48),
    ];

    public static IEnumerable<ContractCase> All() =>
        from height in Heights
        from shape in Shapes
        from isDense in Expectations
        select new ContractCase(
            SparseMatMulCases.Family,
            Precision.Int8,
            $"{shape.Rows}x{shape.Inputs}x{shape.Outputs}, {height}x4{(isDense ? ", dense" : "")}",
            (backend, reference) => Run(backend, isDense ? null : reference, shape, height));

    /// <param name="backend">What is checked.</param>
    /// <param name="reference">Gives the result that is expected; null: the backend's own dense product does.</param>
    /// <param name="shape">Rows, inputs, outputs.</param>
    /// <param name="height">Outputs of a block.</param>
    private static CaseResult Run(Backend backend, Backend? reference, (int Rows, int Inputs, int Outputs) shape, int height)
    {
        var (rows, inputs, outputs) = shape;
        using var memory = new CaseMemory(rows + outputs + height);
        var weights = Prune(QuantizedWeights.Round(memory.Sample(inputs * outputs), inputs, outputs), height);
        var x = memory.Sample(rows, inputs);
        var epilogue = new Epilogue { Bias = memory.Sample(1, outputs) };
        View Sparse(Backend own)
        {
            using var packed = own.Sparse.Pack(weights);
            var y = memory.Zeros(rows, outputs);
            own.Sparse.Run(memory.Execution, x, packed, epilogue, y);
            return y;
        }

        View Dense()
        {
            using var packed = backend.Dense.Pack(weights.ToDense());
            var y = memory.Zeros(rows, outputs);
            backend.Dense.Run(memory.Execution, x, packed, epilogue, y);
            return y;
        }

        return new CaseResult(CaseMemory.Difference(reference is null ? Dense() : Sparse(reference), Sparse(backend)), 0);
    }

    /// <summary>Two of three blocks go, and all blocks of every fifth list.</summary>
    private static QuantizedSparseWeights Prune(QuantizedWeights weights, int height)
    {
        var columns = (weights.OutputWidth + height - 1) / height;
        var isStored = new bool[(weights.InputWidth + QuantizedSparseWeights.BlockInputs - 1) / QuantizedSparseWeights.BlockInputs * columns];
        for (var i = 0; i < isStored.Length; i++)
        {
            isStored[i] = ((i / columns) + (i % columns)) % 3 == 0 && i % columns % 5 != 3;
        }

        return QuantizedSparseWeights.FromDense(weights, height, isStored);
    }
}
