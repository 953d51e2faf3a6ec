using System.Runtime.InteropServices;

namespace NativeSparse.Kernels;

/// <summary>Zeroed, 64-byte aligned native memory with one owner; freed by <see cref="Dispose"/>, at the latest by the collector.</summary>
internal sealed unsafe class NativeBuffer : IDisposable
{
    private const nuint Alignment = 64;

    private void* _address;

    public NativeBuffer(nint floats)
    {
        ByteCount = floats * sizeof(float);
        _address = NativeMemory.AlignedAlloc((nuint)Math.Max(ByteCount, 1), ByteCount >= LargePages.Size ? (nuint)LargePages.Size : Alignment);
        LargePages.Advise(_address, ByteCount);
        NativeMemory.Clear(_address, (nuint)ByteCount);
        GC.AddMemoryPressure(Math.Max(ByteCount, 1));
    }

    ~NativeBuffer() => Free();

    public nint ByteCount { get; }

    public float* Floats => _address is null ? throw new ObjectDisposedException(null, "Packed weights or scratch memory were used after they were disposed.") : (float*)_address;

    public void Dispose()
    {
        Free();
        GC.SuppressFinalize(this);
    }

    private void Free()
    {
        if (_address is null)
        {
            return;
        }

        NativeMemory.AlignedFree(_address);
        _address = null;
        GC.RemoveMemoryPressure(Math.Max(ByteCount, 1));
    }
}
