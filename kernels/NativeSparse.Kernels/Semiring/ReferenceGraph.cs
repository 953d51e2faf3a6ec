namespace NativeSparse.Kernels;

/// <summary>A graph in its plain layout.</summary>
internal sealed class ReferenceGraph : PackedGraph
{
    private GraphEdges? _edges;
    private GraphEdges? _transposed;

    public ReferenceGraph(GraphEdges edges, bool withTranspose)
        : base(edges)
    {
        _edges = edges;
        _transposed = withTranspose ? edges.Transpose() : null;
    }

    public override string Version => ReferenceBackend.VersionName;

    public override bool HasTranspose => _transposed is not null;

    public GraphEdges Edges => _edges ?? throw new ObjectDisposedException(nameof(PackedGraph));

    /// <summary>Two threads may both build it the first time: the same edges.</summary>
    public GraphEdges Transposed => _edges is null ? Edges : _transposed ??= Edges.Transpose();

    public override long ByteCount => BytesOf(Edges) + (_transposed is null ? 0 : BytesOf(_transposed));

    public override GraphEdges Unpack() => Edges;

    private protected override void Release() => (_edges, _transposed) = (null, null);

    private static long BytesOf(GraphEdges edges) =>
        sizeof(int) * ((long)edges.Starts.Length + edges.Sources.Length + edges.Relations.Length + edges.Weights.Length);
}
