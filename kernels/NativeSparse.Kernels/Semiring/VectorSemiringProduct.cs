namespace NativeSparse.Kernels;

/// <summary>
/// Products over semirings with registers of neighbouring columns: all edges of a row pass a tile of them, and each edge brings its source's
/// and its relation's values once. Threads share rows by their edges; a node with many edges is several rows whose results are joined.
/// </summary>
internal sealed unsafe class VectorSemiringProduct<TWidth, TVector> : ISemiringProduct
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    private const int ChunksPerThread = 4;

    /// <summary>Least values, messages and results, of a chunk that is worth a dispatch.</summary>
    private const long LeastWork = 1 << 16;

    public string Version => TWidth.Name;

    public PackedGraph Pack(GraphEdges edges, bool withTranspose = false)
    {
        ArgumentNullException.ThrowIfNull(edges);
        return new VectorGraph(edges, withTranspose, Version);
    }

    public void Run(in Execution execution, View x, PackedGraph graph, in MessageRule rule, View y)
    {
        SemiringArguments.CheckRun(x, graph, rule, y);
        Run(execution, x, Own(graph).Rows, rule, y);
        GC.KeepAlive(graph);
    }

    public void RunTransposed(in Execution execution, View x, PackedGraph graph, in MessageRule rule, View y)
    {
        SemiringArguments.CheckTransposed(x, graph, rule, y);
        Run(execution, x, Own(graph).Transposed, rule, y);
        GC.KeepAlive(graph);
    }

    private static void Run(in Execution execution, View x, GraphRows graph, in MessageRule rule, View y)
    {
        switch (rule.Reduction)
        {
            case MessageReduction.Min:
                Run<Reductions.Min>(execution, x, graph, rule, y);
                break;
            case MessageReduction.Max:
                Run<Reductions.Max>(execution, x, graph, rule, y);
                break;
            default:
                Run<Reductions.Sum>(execution, x, graph, rule, y);
                break;
        }
    }

    private static void Run<TReduction>(in Execution execution, View x, GraphRows graph, in MessageRule rule, View y)
        where TReduction : struct, IReduction
    {
        if (rule.Relations.IsEmpty)
        {
            Run<TReduction, Combinations.None>(execution, x, graph, rule, y);
        }
        else if (rule.Combination == MessageCombination.Add)
        {
            Run<TReduction, Combinations.Add>(execution, x, graph, rule, y);
        }
        else
        {
            Run<TReduction, Combinations.Multiply>(execution, x, graph, rule, y);
        }
    }

    private static void Run<TReduction, TCombination>(in Execution execution, View x, GraphRows graph, in MessageRule rule, View y)
        where TReduction : struct, IReduction
        where TCombination : struct, ICombination
    {
        using var scope = execution.Scratch.Enter();
        var pass = new SemiringPass<TWidth, TVector>
        {
            Graph = graph,
            Rows = new MessageRows
            {
                Starts = graph.Starts,
                Edges = graph.Edges,
                X = x.Row(0),
                XStride = x.Stride,
                Vectors = rule.Relations.Row(0),
                VectorStride = rule.Relations.Stride,
                Boundary = rule.Boundary.Row(0),
                BoundaryStride = rule.Boundary.Stride,
                Empty = SemiringArguments.EmptyValue(rule),
                Y = y.Row(0),
                YStride = y.Stride,
            },
            Segments = execution.Scratch.Rent(graph.Segments, y.Columns),
            Columns = y.Columns,
            Chunks = ChunksOf(graph, y.Columns, execution.Splitter.Threads),
            Cancellation = execution.Cancellation,
        };
        execution.Splitter.Run(pass.Chunks, &SemiringPass<TWidth, TVector>.Run<TReduction, TCombination>, ref pass);
        execution.Splitter.Run(graph.Divided, &SemiringPass<TWidth, TVector>.Join<TReduction>, ref pass);
    }

    private static int ChunksOf(GraphRows graph, int columns, int threads)
    {
        var work = ((long)graph.Count + graph.Rows) * columns;
        return threads == 1 ? 1 : (int)Math.Clamp(work / LeastWork, 1, ChunksPerThread * (long)threads);
    }

    private VectorGraph Own(PackedGraph graph) =>
        graph is VectorGraph own && own.Version == Version ? own : throw SemiringArguments.Foreign(Version, nameof(graph));
}
