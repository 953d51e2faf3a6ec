namespace NativeSparse.Kernels;

/// <summary>A graph in a device's memory. Owns it.</summary>
internal sealed class DeviceGraph : PackedGraph
{
    private readonly Lock _lock = new();
    private readonly DeviceEdges _edges;
    private DeviceEdges? _transposed;

    public DeviceGraph(Device device, GraphEdges edges, bool withTranspose)
        : base(edges)
    {
        Device = device;
        _edges = new DeviceEdges(device, edges);
        _transposed = withTranspose ? new DeviceEdges(device, edges.Transpose()) : null;
    }

    public Device Device { get; }

    public DeviceEdges Edges
    {
        get
        {
            ThrowIfDisposed();
            return _edges;
        }
    }

    /// <summary>The first caller builds it, from edges that come back to the host for that.</summary>
    public DeviceEdges Transposed
    {
        get
        {
            lock (_lock)
            {
                ThrowIfDisposed();
                return _transposed ??= new DeviceEdges(Device, Unpack().Transpose());
            }
        }
    }

    public override bool HasTranspose => _transposed is not null;

    public override string Version => DeviceDenseMatMul.VersionName;

    public override long ByteCount => Edges.ByteCount + (_transposed?.ByteCount ?? 0);

    public override GraphEdges Unpack() => Edges.Unpack(SourceCount, RelationCount);

    private protected override void Release()
    {
        lock (_lock)
        {
            _edges.Dispose();
            _transposed?.Dispose();
        }
    }
}
