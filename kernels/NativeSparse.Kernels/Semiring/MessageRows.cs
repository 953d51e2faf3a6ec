namespace NativeSparse.Kernels;

/// <summary>Where the tiles read and write: rows of edges, the operands, the rows' results.</summary>
internal unsafe struct MessageRows
{
    public int* Starts;
    public GraphEdge* Edges;
    public float* X;
    public nint XStride;

    /// <summary>The relations' vectors.</summary>
    public float* Vectors;

    public nint VectorStride;

    /// <summary>Joined to each row's result, or null.</summary>
    public float* Boundary;

    public nint BoundaryStride;

    /// <summary>The result of a row without edges, where there is no boundary.</summary>
    public float Empty;

    /// <summary>The result of row 0.</summary>
    public float* Y;

    public nint YStride;
}
