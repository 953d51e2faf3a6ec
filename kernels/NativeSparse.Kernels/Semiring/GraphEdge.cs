namespace NativeSparse.Kernels;

/// <summary>One edge as kernels read it.</summary>
internal struct GraphEdge
{
    public int Source;

    /// <summary>0 where there are none.</summary>
    public int Relation;

    /// <summary>1 where there are none.</summary>
    public float Weight;
}
