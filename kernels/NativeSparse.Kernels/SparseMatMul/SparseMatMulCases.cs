namespace NativeSparse.Kernels;

/// <summary>The contract cases of sparse products: the tests' and the self-test's.</summary>
internal static class SparseMatMulCases
{
    public const string Family = "sparse";

    private static readonly int[] Heights = [1, 2, 4, 8, 16, 32];
    private static readonly bool[] Layouts = [false, true];

    /// <summary>Rows, inputs, outputs: one, primes, around groups and strips.</summary>
    public static IReadOnlyList<(int Rows, int Inputs, int Outputs)> Shapes { get; } =
    [
        (1, 1, 1), (1, 37, 70), (2, 5, 33), (7, 64, 32), (13, 90, 31), (16, 17, 64), (33, 40, 100), (65, 33, 47), (131, 70, 66), (600, 20, 36),
    ];

    public static IEnumerable<ContractCase> All() => [.. Blocks(), .. TwoOfFour()];

    private static IEnumerable<ContractCase> Blocks() =>
        from height in Heights
        from shape in Shapes
        from isChannels in Layouts
        select new ContractCase(
            Family,
            Precision.Float32,
            $"{shape.Rows}x{shape.Inputs}x{shape.Outputs}, {height}x1{(isChannels ? ", channels" : "")}",
            (backend, reference) => Run(backend, reference, shape, height, isChannels));

    private static IEnumerable<ContractCase> TwoOfFour() =>
        from shape in Shapes
        from isChannels in Layouts
        select new ContractCase(
            Family,
            Precision.Float32,
            $"{shape.Rows}x{shape.Inputs}x{shape.Outputs}, 2:4{(isChannels ? ", channels" : "")}",
            (backend, reference) => RunTwoOfFour(backend, reference, shape, isChannels));

    private static CaseResult RunTwoOfFour(Backend backend, Backend reference, (int Rows, int Inputs, int Outputs) shape, bool isChannels)
    {
        var (rows, inputs, outputs) = shape;
        using var memory = new CaseMemory(rows + outputs);
        var dense = memory.Sample(inputs * outputs);
        for (var k = 0; k < inputs; k++)
        {
            if (k % TwoOfFourWeights.GroupInputs >= 2)
            {
                dense.AsSpan((k - (k / TwoOfFourWeights.GroupInputs % 2)) * outputs, outputs).Clear();
            }
        }

        var weights = TwoOfFourWeights.FromDense(dense, inputs, outputs);
        return Compare(memory, backend, reference, shape, isChannels, own => own.Sparse.Pack(weights));
    }

    private static CaseResult Run(Backend backend, Backend reference, (int Rows, int Inputs, int Outputs) shape, int height, bool isChannels)
    {
        var (rows, inputs, outputs) = shape;
        using var memory = new CaseMemory(rows + outputs + height);
        var weights = SparseWeights.FromDense(Prune(memory.Sample(inputs * outputs), outputs, height), inputs, outputs, height);
        return Compare(memory, backend, reference, shape, isChannels, own => own.Sparse.Pack(weights));
    }

    private static CaseResult Compare(
        CaseMemory memory, Backend backend, Backend reference, (int Rows, int Inputs, int Outputs) shape, bool isChannels, Func<Backend, PackedSparse> pack)
    {
        var (rows, inputs, outputs) = shape;
        var x = isChannels ? memory.Sample(inputs, rows) : memory.Sample(rows, inputs);
        var epilogue = new Epilogue { Bias = memory.Sample(1, outputs) };
        View Result(Backend own)
        {
            using var packed = pack(own);
            var y = isChannels ? memory.Zeros(outputs, rows) : memory.Zeros(rows, outputs);
            if (isChannels)
            {
                own.Sparse.RunChannels(memory.Execution, x, packed, epilogue, y);
            }
            else
            {
                own.Sparse.Run(memory.Execution, x, packed, epilogue, y);
            }

            return y;
        }

        return new CaseResult(CaseMemory.Difference(Result(reference), Result(backend)), 0);
    }

    /// <summary>Two of three blocks become zero, by the sign and size of their first weight.</summary>
    private static float[] Prune(float[] weights, int outputs, int height)
    {
        for (var start = 0; start < weights.Length; start += outputs)
        {
            for (var n = 0; n < outputs; n += height)
            {
                var block = weights.AsSpan(start + n, Math.Min(height, outputs - n));
                if (block[0] < 1f / 3)
                {
                    block.Clear();
                }
            }
        }

        return weights;
    }
}
