namespace NativeSparse.Kernels;

/// <summary>A graph in native memory, by target and, once it is asked for, by source.</summary>
internal sealed class VectorGraph : PackedGraph
{
    private readonly Lock _lock = new();
    private readonly GraphRows _rows;
    private GraphRows? _transposed;

    public VectorGraph(GraphEdges edges, bool withTranspose, string version)
        : base(edges)
    {
        Version = version;
        _rows = new GraphRows(edges);
        _transposed = withTranspose ? new GraphRows(edges.Transpose()) : null;
    }

    public override string Version { get; }

    public override bool HasTranspose => Volatile.Read(ref _transposed) is not null;

    public override long ByteCount => _rows.ByteCount + (Volatile.Read(ref _transposed)?.ByteCount ?? 0);

    public GraphRows Rows => _rows;

    public GraphRows Transposed
    {
        get
        {
            if (Volatile.Read(ref _transposed) is { } ready)
            {
                return ready;
            }

            lock (_lock)
            {
                if (_transposed is null)
                {
                    Volatile.Write(ref _transposed, new GraphRows(Unpack().Transpose()));
                }

                return _transposed;
            }
        }
    }

    public override GraphEdges Unpack() => _rows.Unpack(SourceCount, RelationCount);

    private protected override void Release()
    {
        lock (_lock)
        {
            _rows.Dispose();
            _transposed?.Dispose();
        }
    }
}
