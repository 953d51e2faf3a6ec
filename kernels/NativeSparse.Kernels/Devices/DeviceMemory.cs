using ILGPU;
using ILGPU.Runtime;

namespace NativeSparse.Kernels;

/// <summary>
/// The memory of one device. A device's addresses are not the process's: an address here is a negative number that holds the number of a
/// buffer and an offset in it, so that views into device memory are computed with like others and are never mistaken for pointers.
/// Used under the device's lock, except for freeing, which waits until the device's next use.
/// </summary>
internal sealed class DeviceMemory(Device device) : ScratchMemory, IDisposable
{
    private const int OffsetBits = 40;
    private const long OffsetMask = (1L << OffsetBits) - 1;
    private const long MaxBuffers = 1L << (62 - OffsetBits);

    /// <summary>Numbers that are not given again yet, so that addresses of freed buffers are noticed rather than those of others.</summary>
    private const int KeptNumbers = 1 << 16;

    private readonly Lock _lock = new();
    private readonly List<MemoryBuffer1D<byte, Stride1D.Dense>?> _buffers = [];
    private readonly Queue<int> _free = [];
    private bool _isDisposed;

    /// <summary>Bytes of all buffers.</summary>
    public long ByteCount { get; private set; }

    /// <inheritdoc/>
    public override nint Allocate(nuint bytes, nuint alignment)
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(Backend));
            var buffer = Allocate(Math.Max((long)bytes, 1));
            ByteCount += buffer.LengthInBytes;
            if (_free.Count <= KeptNumbers || !_free.TryDequeue(out var index))
            {
                index = _buffers.Count;
                if (index >= MaxBuffers)
                {
                    throw new InvalidOperationException($"more than {MaxBuffers} buffers in use on one device");
                }

                _buffers.Add(null);
            }

            _buffers[index] = buffer;
            return (nint)(long.MinValue | ((long)index << OffsetBits));
        }
    }

    /// <inheritdoc/>
    public override void Free(nint address)
    {
        lock (_lock)
        {
            if (_isDisposed)
            {
                return;
            }

            var index = Index(address);
            var buffer = _buffers[index]!;
            _buffers[index] = null;
            _free.Enqueue(index);
            ByteCount -= buffer.LengthInBytes;
            Release(buffer);
        }
    }

    /// <summary>The values at an address.</summary>
    public ArrayView<T> Resolve<T>(nint address, long count)
        where T : unmanaged
    {
        lock (_lock)
        {
            ObjectDisposedException.ThrowIf(_isDisposed, typeof(Backend));
            var buffer = _buffers[Index(address)] ?? throw new ObjectDisposedException(null, "Packed weights or scratch memory were used after they were disposed.");
            return buffer.AsArrayView<byte>(address & OffsetMask, count * Interop.SizeOf<T>()).Cast<T>();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            _isDisposed = true;
            foreach (var buffer in _buffers)
            {
                if (buffer is not null)
                {
                    Device.Release(buffer);
                }
            }

            _buffers.Clear();
        }
    }

    private void Release(MemoryBuffer1D<byte, Stride1D.Dense> buffer)
    {
        try
        {
            device.Bind();
            device.Synchronize();
        }
        catch (AcceleratorException)
        {
            // Whoever waits for a result is told; memory goes back all the same.
        }

        Device.Release(buffer);
    }

    private MemoryBuffer1D<byte, Stride1D.Dense> Allocate(long bytes)
    {
        try
        {
            device.Bind();
            return device.Accelerator.Allocate1D<byte>(bytes);
        }
        catch (AcceleratorException failure)
        {
            throw new DeviceLostException(device.Name, $"{bytes} bytes more than the {ByteCount} in use", failure);
        }
    }

    private static int Index(nint address) => (int)((address & long.MaxValue) >> OffsetBits);
}
