namespace NativeSparse.Kernels;

/// <summary>Sparse weights in a device's memory, in their plain layout. Owns the memory.</summary>
internal sealed class DeviceSparse : PackedSparse
{
    private readonly int _startCount;
    private readonly int _entryCount;

    public DeviceSparse(Device device, SparseWeights weights)
        : base(weights)
    {
        Device = device;
        _startCount = weights.Starts.Length;
        _entryCount = weights.Inputs.Length;
        Starts = DeviceUpload.Store(device, weights.Starts.Span);
        Inputs = DeviceUpload.Store(device, weights.Inputs.Span);
        Values = DeviceUpload.Store(device, weights.Values.Span);
    }

    public Device Device { get; }

    public nint Starts { get; }

    public nint Inputs { get; }

    public nint Values { get; }

    public int BlockRows => _startCount - 1;

    /// <summary>Stored blocks.</summary>
    public int EntryCount
    {
        get
        {
            ThrowIfDisposed();
            return _entryCount;
        }
    }

    public override string Version => DeviceDenseMatMul.VersionName;

    public override long ByteCount =>
        ((long)_startCount * sizeof(int)) + ((long)_entryCount * sizeof(int)) + ((long)_entryCount * BlockHeight * sizeof(float));

    public override SparseWeights Unpack() => new(
        InputWidth,
        OutputWidth,
        BlockHeight,
        DeviceUpload.Load<int>(Device, Starts, _startCount),
        DeviceUpload.Load<int>(Device, Inputs, EntryCount),
        DeviceUpload.Load<float>(Device, Values, EntryCount * BlockHeight));

    private protected override void Release()
    {
        lock (Device.Gate)
        {
            Device.Memory.Free(Starts);
            Device.Memory.Free(Inputs);
            Device.Memory.Free(Values);
        }
    }
}
