namespace NativeSparse.Kernels;

/// <summary>The contract cases of products over semirings: the tests' and the self-test's.</summary>
internal static class SemiringCases
{
    private static readonly bool[] Directions = [false, true];

    /// <summary>Sources, targets, edges for each target on average, columns: one, primes, around registers; the last has targets of several segments.</summary>
    public static IReadOnlyList<(int Sources, int Targets, int Degree, int Columns)> Shapes { get; } =
    [
        (1, 1, 1, 1), (3, 5, 0, 2), (5, 7, 2, 3), (40, 31, 5, 5), (17, 40, 3, 7), (50, 50, 4, 8), (31, 60, 6, 13), (64, 33, 5, 16), (20, 90, 7, 31),
        (70, 70, 5, 64), (33, 300, 9, 67), (90, 3, 700, 33), (300, 2, 1500, 1),
    ];

    public static IEnumerable<ContractCase> All() =>
        from reduction in Enum.GetValues<MessageReduction>()
        from combination in Enum.GetValues<MessageCombination>()
        from shape in Shapes
        from isTransposed in Directions
        select new ContractCase(
            "semiring",
            Precision.Float32,
            $"{reduction}-{combination}, {shape.Sources} to {shape.Targets}, {shape.Columns} columns{(isTransposed ? ", transposed" : "")}".ToLowerInvariant(),
            (backend, reference) => Run(backend, reference, shape, new MessageRule { Reduction = reduction, Combination = combination }, isTransposed));

    private static CaseResult Run(
        Backend backend, Backend reference, (int Sources, int Targets, int Degree, int Columns) shape, MessageRule rule, bool isTransposed)
    {
        const int relations = 5;
        using var memory = new CaseMemory(shape.Targets + shape.Columns);
        var count = shape.Targets * shape.Degree;
        var edges = GraphEdges.FromList(
            shape.Sources,
            shape.Targets,
            Indices(memory.Sample(count), shape.Sources),
            Indices(memory.Sample(count), shape.Targets),
            relations,
            Indices(memory.Sample(count), relations),
            memory.Sample(count));
        var (inputs, outputs) = isTransposed ? (shape.Targets, shape.Sources) : (shape.Sources, shape.Targets);
        var x = memory.Sample(inputs, shape.Columns);
        rule = rule with { Relations = memory.Sample(relations, shape.Columns), Boundary = shape.Columns % 2 == 0 ? default : memory.Sample(outputs, shape.Columns) };
        View Result(Backend own)
        {
            using var graph = own.Semiring.Pack(edges);
            var y = memory.Zeros(outputs, shape.Columns);
            if (isTransposed)
            {
                own.Semiring.RunTransposed(memory.Execution, x, graph, rule, y);
            }
            else
            {
                own.Semiring.Run(memory.Execution, x, graph, rule, y);
            }

            return y;
        }

        return new CaseResult(CaseMemory.Difference(Result(reference), Result(backend)), 0);
    }

    /// <summary>Indices below a count from values of -1 to 1.</summary>
    private static int[] Indices(float[] values, int count) => [.. values.Select(value => Math.Clamp((int)((value + 1) / 2 * count), 0, count - 1))];
}
