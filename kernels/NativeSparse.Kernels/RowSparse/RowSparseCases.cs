namespace NativeSparse.Kernels;

/// <summary>The contract cases of products with sparse activations: the tests' and the self-test's.</summary>
internal static unsafe class RowSparseCases
{
    /// <summary>The stated error of activations, met where they end a product.</summary>
    private const double ActivationLimit = 4e-6;

    private static readonly Precision[] Precisions = [Precision.Float32, Precision.Int8];
    private static readonly bool[] Ways = [false, true];
    private static readonly ActivationKind[] Activations = [ActivationKind.Identity, ActivationKind.Gelu];

    /// <summary>Tokens, inputs, outputs: one, primes, around registers, lines, blocks of rows, strips and passes.</summary>
    public static IReadOnlyList<(int Rows, int Inputs, int Outputs)> Shapes { get; } =
    [
        (1, 1, 1), (1, 37, 70), (1, 300, 2100), (2, 5, 33), (3, 8, 64), (7, 64, 32), (13, 90, 31), (16, 517, 130), (65, 33, 47), (131, 70, 66),
    ];

    public static IEnumerable<ContractCase> All() =>
        from precision in Precisions
        from shape in Shapes
        from areGiven in Ways
        from activation in Activations
        where activation == ActivationKind.Identity || shape.Rows is 13 or 16
        select new ContractCase(
            "row-sparse",
            precision,
            $"{shape.Rows}x{shape.Inputs}x{shape.Outputs}{(areGiven ? ", sets" : "")}{(activation == ActivationKind.Gelu ? ", gelu" : "")}",
            (backend, reference) => Run(backend, reference, precision, shape, areGiven, activation));

    private static CaseResult Run(
        Backend backend, Backend reference, Precision precision, (int Rows, int Inputs, int Outputs) shape, bool areGiven, ActivationKind activation)
    {
        var (rows, inputs, outputs) = shape;
        using var memory = new CaseMemory(rows + outputs);
        var weights = memory.Sample(inputs * outputs);
        var hidden = memory.Sample(rows, inputs);
        var active = Prune(memory, hidden);
        var epilogue = new Epilogue
        {
            Bias = memory.Sample(1, outputs),
            Activation = new Activation(activation),
            Multiplier = memory.Sample(rows, outputs),
        };
        View Result(Backend own)
        {
            using var packed = own.RowSparse.Pack(weights, inputs, outputs, precision);
            var y = memory.Zeros(rows, outputs);
            if (areGiven)
            {
                own.RowSparse.Run(memory.Execution, active, packed, epilogue, y);
            }
            else
            {
                own.RowSparse.Run(memory.Execution, hidden, packed, epilogue, y);
            }

            return y;
        }

        return new CaseResult(
            CaseMemory.Difference(Result(reference), Result(backend)), activation == ActivationKind.Identity ? 0 : ActivationLimit);
    }

    /// <summary>What lies between -2/3 and 1/3 becomes zero; returns the sets of the others.</summary>
    private static ActiveNeurons Prune(CaseMemory memory, View hidden)
    {
        var active = ActiveNeurons.Rent(memory.Operands, hidden.Rows, hidden.Columns);
        for (var t = 0; t < hidden.Rows; t++)
        {
            ref var count = ref active.Counts.RowInt32(0)[t];
            count = 0;
            for (var j = 0; j < hidden.Columns; j++)
            {
                ref var value = ref hidden.Row(t)[j];
                if (value is > -2f / 3 and < 1f / 3)
                {
                    value = 0;
                    continue;
                }

                active.Indices.RowInt32(t)[count] = j;
                active.Values.Row(t)[count++] = value;
            }
        }

        return active;
    }
}
