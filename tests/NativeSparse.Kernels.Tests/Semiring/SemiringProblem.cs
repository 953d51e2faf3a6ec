namespace NativeSparse.Kernels.Tests;

/// <summary>A random graph with its operands; some targets have no edge, and one may have a share of all.</summary>
internal sealed class SemiringProblem : IDisposable
{
    private static readonly bool[] Choices = [false, true];

    public SemiringProblem(
        int sources, int targets, int edges, int columns, int relations = 4, bool hasWeights = true, double hub = 0, bool isTransposed = false, int seed = 1)
    {
        var random = new Random(seed + edges + columns);
        var (from, to, kinds) = (new int[edges], new int[edges], new int[relations == 0 ? 0 : edges]);
        for (var edge = 0; edge < edges; edge++)
        {
            from[edge] = random.Next(sources);
            to[edge] = random.NextDouble() < hub ? targets / 2 : random.Next(targets);
            to[edge] -= to[edge] % 5 == 3 ? 1 : 0;
            if (relations > 0)
            {
                kinds[edge] = random.Next(relations);
            }
        }

        Edges = GraphEdges.FromList(sources, targets, from, to, relations, kinds, hasWeights ? Operand.Sample(random, edges) : default);
        IsTransposed = isTransposed;
        var (inputs, outputs) = isTransposed ? (targets, sources) : (sources, targets);
        X = new Operand(inputs, columns, gap: 3, random: random);
        Vectors = new Operand(relations, columns, gap: 1, random: random);
        Boundary = new Operand(outputs, columns, gap: 2, random: random);
    }

    public GraphEdges Edges { get; }

    public bool IsTransposed { get; }

    public Operand X { get; }

    public Operand Vectors { get; }

    public Operand Boundary { get; }

    /// <summary>All pairs, with and without relations, boundary and a value for nodes without edges.</summary>
    public IEnumerable<MessageRule> Rules =>
        from reduction in Enum.GetValues<MessageReduction>()
        from combination in Enum.GetValues<MessageCombination>()
        from hasRelations in Edges.RelationCount > 0 ? Choices : Choices[..1]
        from hasBoundary in Choices
        from hasEmptyValue in Choices
        select new MessageRule
        {
            Reduction = reduction,
            Combination = combination,
            Relations = hasRelations ? Vectors.View : default,
            Boundary = hasBoundary ? Boundary.View : default,
            EmptyValue = hasEmptyValue ? float.PositiveInfinity : null,
        };

    public float[] Run(Backend backend, MessageRule rule, int threads)
    {
        using var graph = backend.Semiring.Pack(Edges);
        return Run(backend, graph, rule, threads);
    }

    public float[] Run(Backend backend, PackedGraph graph, MessageRule rule, int threads)
    {
        using var host = new Host(threads);
        using var y = new Operand(Boundary.View.Rows, X.View.Columns, gap: 5);
        Run(backend, host, graph, rule, y);
        return y.GapsAreUntouched() ? y.Values() : throw new InvalidOperationException("something was written between the rows");
    }

    public void Run(Backend backend, Host host, PackedGraph graph, MessageRule rule, Operand y)
    {
        if (IsTransposed)
        {
            backend.Semiring.RunTransposed(host.Execution, X.View, graph, rule, y.View);
        }
        else
        {
            backend.Semiring.Run(host.Execution, X.View, graph, rule, y.View);
        }
    }

    public void Dispose()
    {
        X.Dispose();
        Vectors.Dispose();
        Boundary.Dispose();
    }
}
