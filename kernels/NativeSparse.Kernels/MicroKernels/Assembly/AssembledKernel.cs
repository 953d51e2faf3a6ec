namespace NativeSparse.Kernels;

/// <summary>One kernel in executable memory. Thread-safe until its owner disposes it, which must not happen while it runs.</summary>
internal sealed unsafe class AssembledKernel(KernelCode code) : IDisposable
{
    private readonly ExecutableMemory _memory = ExecutableMemory.Publish(code);

    public int ByteCount { get; } = code.Bytes.Length;

    public nint Address => _memory.Address;

    /// <remarks>
    /// An ordinary unmanaged call: a kernel can take milliseconds, for which a call without the collector's transition would hold up
    /// every collection of the process.
    /// </remarks>
    public void Run(TileArguments* arguments)
    {
        var address = _memory.Address;
        ObjectDisposedException.ThrowIf(address == 0, this);
        ((delegate* unmanaged<TileArguments*, void>)address)(arguments);
        GC.KeepAlive(this);
    }

    public void Dispose() => _memory.Dispose();
}
