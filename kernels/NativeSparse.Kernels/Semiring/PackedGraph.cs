namespace NativeSparse.Kernels;

/// <summary>
/// The edges of a graph in a backend's layout. Shared by concurrent runs; owns its memory. Edges by target take 4 bytes a node and 12 an edge (its
/// source, its relation, its weight); the same edges by source, as much again, are built when they are packed with them or when the transposed
/// product is first asked for.
/// </summary>
public abstract class PackedGraph : PackedOperand
{
    private protected PackedGraph(GraphEdges edges)
    {
        SourceCount = edges.SourceCount;
        TargetCount = edges.TargetCount;
        RelationCount = edges.RelationCount;
        EdgeCount = edges.Count;
    }

    /// <summary>Nodes that edges come from.</summary>
    public int SourceCount { get; }

    /// <summary>Nodes that edges lead to.</summary>
    public int TargetCount { get; }

    /// <summary>R; 0 where edges have no relation.</summary>
    public int RelationCount { get; }

    /// <summary>Edges.</summary>
    public int EdgeCount { get; }

    /// <summary>Whether the edges are held by source too.</summary>
    public abstract bool HasTranspose { get; }

    /// <summary>Which version of the kernels runs it, for reports.</summary>
    public abstract string Version { get; }

    /// <summary>Bytes held.</summary>
    public abstract long ByteCount { get; }

    /// <summary>The edges as they were packed.</summary>
    public abstract GraphEdges Unpack();
}
