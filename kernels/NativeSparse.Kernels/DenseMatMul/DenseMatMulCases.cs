namespace NativeSparse.Kernels;

/// <summary>The contract cases of dense products and feed-forward networks: the tests' and the self-test's.</summary>
internal static class DenseMatMulCases
{
    /// <summary>The stated error of activations, met where they end a product.</summary>
    private const double ActivationLimit = 4e-6;

    /// <summary>Rows, inputs, outputs: one, primes, around tiles and blocks.</summary>
    public static IReadOnlyList<(int Rows, int Inputs, int Outputs)> Shapes { get; } =
    [
        (1, 1, 1), (1, 7, 5), (1, 33, 200), (2, 13, 31), (2, 64, 129), (3, 17, 16), (4, 383, 8), (5, 384, 15), (6, 385, 16), (7, 16, 17),
        (8, 31, 32), (9, 61, 33), (12, 12, 47), (13, 128, 7), (25, 50, 96), (33, 100, 64), (97, 41, 37), (200, 66, 70), (301, 36, 40),
    ];

    public static IEnumerable<ContractCase> All()
    {
        foreach (var precision in Enum.GetValues<Precision>())
        {
            foreach (var shape in Shapes)
            {
                yield return new ContractCase(
                    "dense", precision, $"{shape.Rows}x{shape.Inputs}x{shape.Outputs}", (backend, reference) => Product(backend, reference, precision, shape, default, 0));
            }

            yield return new ContractCase(
                "dense", precision, "gelu", (backend, reference) => Product(backend, reference, precision, (37, 90, 70), ActivationKind.Gelu, ActivationLimit));
            foreach (var rows in new[] { 1, 5, 131 })
            {
                foreach (var isGated in new[] { false, true })
                {
                    yield return new ContractCase(
                        "ffn", precision, $"{rows} rows{(isGated ? ", gated" : "")}", (backend, reference) => Network(backend, reference, precision, rows, isGated));
                }
            }
        }
    }

    private static CaseResult Product(
        Backend backend, Backend reference, Precision precision, (int Rows, int Inputs, int Outputs) shape, ActivationKind activation, double limit)
    {
        using var memory = new CaseMemory(shape.Rows + shape.Outputs);
        var weights = memory.Sample(shape.Inputs * shape.Outputs);
        var x = memory.Sample(shape.Rows, shape.Inputs);
        var epilogue = new Epilogue { Bias = memory.Sample(1, shape.Outputs), Activation = new Activation(activation) };
        View Run(Backend own)
        {
            using var packed = own.Dense.Pack(weights, shape.Inputs, shape.Outputs, precision);
            var y = memory.Zeros(shape.Rows, shape.Outputs);
            own.Dense.Run(memory.Execution, x, packed, epilogue, y);
            return y;
        }

        return new CaseResult(CaseMemory.Difference(Run(reference), Run(backend)), limit);
    }

    private static CaseResult Network(Backend backend, Backend reference, Precision precision, int rows, bool isGated)
    {
        const int width = 37;
        const int hidden = 90;
        using var memory = new CaseMemory(rows);
        var (up, gate, down) = (memory.Sample(width * hidden), memory.Sample(width * hidden), memory.Sample(width * hidden));
        var x = memory.Sample(rows, width);
        var bias = memory.Sample(1, hidden);
        View Run(Backend own)
        {
            using var first = own.Dense.Pack(up, width, hidden, precision);
            using var second = isGated ? own.Dense.Pack(gate, width, hidden, precision) : null;
            using var third = own.Dense.Pack(down, hidden, width, precision);
            var y = memory.Zeros(rows, width);
            var network = new FeedForwardMatrices
            {
                Up = first,
                UpBias = bias,
                Gate = second,
                Activation = new Activation(ActivationKind.Relu),
                Down = third,
            };
            own.Dense.RunFeedForward(memory.Execution, x, network, y);
            return y;
        }

        return new CaseResult(CaseMemory.Difference(Run(reference), Run(backend)), 0);
    }
}
