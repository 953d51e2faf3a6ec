namespace NativeSparse.Kernels;

/// <summary>Edges in a device's memory, in their plain layout. Owns the memory.</summary>
internal sealed class DeviceEdges : IDisposable
{
    private readonly Device _device;
    private int _isDisposed;

    public DeviceEdges(Device device, GraphEdges edges)
    {
        _device = device;
        (Nodes, Count) = (edges.TargetCount, edges.Count);
        Starts = DeviceUpload.Store(device, edges.Starts.Span);
        Sources = DeviceUpload.Store(device, edges.Sources.Span);
        Relations = edges.Relations.IsEmpty ? 0 : DeviceUpload.Store(device, edges.Relations.Span);
        Weights = edges.Weights.IsEmpty ? 0 : DeviceUpload.Store(device, edges.Weights.Span);
    }

    public int Nodes { get; }

    public int Count { get; }

    public nint Starts { get; }

    public nint Sources { get; }

    /// <summary>0 where edges have no relation.</summary>
    public nint Relations { get; }

    /// <summary>0 where all weights are 1.</summary>
    public nint Weights { get; }

    public long ByteCount => sizeof(int) * (Nodes + 1L + (Count * (1L + (Relations == 0 ? 0 : 1) + (Weights == 0 ? 0 : 1))));

    public GraphEdges Unpack(int sourceCount, int relationCount) => new(
        sourceCount,
        Nodes,
        DeviceUpload.Load<int>(_device, Starts, Nodes + 1),
        DeviceUpload.Load<int>(_device, Sources, Count),
        relationCount,
        Relations == 0 ? default : DeviceUpload.Load<int>(_device, Relations, Count),
        Weights == 0 ? default : DeviceUpload.Load<float>(_device, Weights, Count));

    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) != 0)
        {
            return;
        }

        lock (_device.Gate)
        {
            foreach (var address in (ReadOnlySpan<nint>)[Starts, Sources, Relations, Weights])
            {
                if (address != 0)
                {
                    _device.Memory.Free(address);
                }
            }
        }
    }
}
