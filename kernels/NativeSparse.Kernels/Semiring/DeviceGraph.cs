namespace NativeSparse.Kernels;

/// <summary>A graph in a device's memory. Owns it.</summary>
internal sealed class DeviceGraph : PackedGraph
{
    private readonly Lock _lock = new();
    private readonly DeviceEdges _edges;
    private DeviceEdges? _transposed;
    private bool _isDisposed;

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
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(PackedGraph));
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
                ObjectDisposedException.ThrowIf(_isDisposed, typeof(PackedGraph));
                return _transposed ??= new DeviceEdges(Device, Unpack().Transpose());
            }
        }
    }

    public override bool HasTranspose => _transposed is not null;

    public override string Version => DeviceDenseMatMul.VersionName;

    public override long ByteCount => Edges.ByteCount + (_transposed?.ByteCount ?? 0);

    public override GraphEdges Unpack() => Edges.Unpack(SourceCount, RelationCount);

    public override void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            _edges.Dispose();
            _transposed?.Dispose();
        }
    }
}
