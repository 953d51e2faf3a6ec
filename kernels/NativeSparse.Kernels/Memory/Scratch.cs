namespace NativeSparse.Kernels;

/// <summary>
/// A stack of native memory for one run, or of a device's memory where a device's backend made it: rent, use, and everything is given back
/// when the run's <see cref="Scope"/> ends.
/// After the first runs it holds one block that is large enough, so that later runs allocate nothing. Not thread-safe: one run at a time.
/// </summary>
public sealed unsafe class Scratch : IDisposable
{
    private const nuint Alignment = 64;

    private readonly ScratchMemory _memory;
    private readonly List<(nint Address, nuint Size)> _overflow = [];
    private byte* _block;
    private nuint _size;
    private nuint _used;
    private nuint _peak;
    private bool _isDisposed;

    /// <summary>Memory of the host.</summary>
    public Scratch()
        : this(ScratchMemory.Host)
    {
    }

    internal Scratch(ScratchMemory memory) => _memory = memory;

    /// <summary>Bytes held.</summary>
    public long ByteCount => (long)_size;

    /// <summary>Starts a scope: what is rented after it is given back when it is disposed.</summary>
    /// <exception cref="ObjectDisposedException">The scratch memory was disposed.</exception>
    public Scope Enter()
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        return new Scope(this, _used);
    }

    /// <summary>Rents an uninitialized float32 matrix, 64-byte aligned, rows contiguous.</summary>
    /// <exception cref="ObjectDisposedException">The scratch memory was disposed.</exception>
    public View Rent(int rows, int columns) =>
        View.Create((nint)Rent((nuint)rows * (nuint)columns * sizeof(float)), rows, columns);

    /// <summary>
    /// Rents an uninitialized float32 matrix whose rows lie an odd number of cache lines apart: columns of many rows then do not fall into
    /// the same few sets of a cache. Rows of two lines or fewer follow each other: a gap would only fill caches.
    /// </summary>
    internal View RentSpread(int rows, int columns)
    {
        var stride = SpreadStride(columns);
        return View.Create((nint)Rent((nuint)rows * (nuint)stride * sizeof(float)), rows, columns, stride);
    }

    /// <summary>As <see cref="RentSpread"/>, int32.</summary>
    internal View RentSpreadInt32(int rows, int columns)
    {
        var stride = SpreadStride(columns);
        return View.Create((nint)Rent((nuint)rows * (nuint)stride * sizeof(int)), rows, columns, stride, ElementType.Int32);
    }

    /// <summary>Rents an uninitialized int32 matrix, 64-byte aligned, rows contiguous.</summary>
    /// <exception cref="ObjectDisposedException">The scratch memory was disposed.</exception>
    public View RentInt32(int rows, int columns) =>
        View.Create((nint)Rent((nuint)rows * (nuint)columns * sizeof(int)), rows, columns, ElementType.Int32);

    /// <summary>Frees everything, what is still rented too; again is no error.</summary>
    public void Dispose()
    {
        _isDisposed = true;
        FreeOverflow();
        FreeBlock();
        _used = 0;
    }

    private static int SpreadStride(int columns)
    {
        const int line = 64 / sizeof(float);
        var lines = (columns + line - 1) / line;
        return (lines <= 2 ? lines : lines | 1) * line;
    }

    internal void* Rent(nuint bytes)
    {
        ObjectDisposedException.ThrowIf(_isDisposed, this);
        var size = (bytes + Alignment + (Alignment - 1)) & ~(Alignment - 1);
        var start = _used;
        _used += size;
        _peak = Math.Max(_peak, _used);
        if (_used <= _size)
        {
            return _block + start;
        }

        var address = _memory.Allocate(size, Alignment);
        _overflow.Add((address, size));
        return (void*)address;
    }

    private void Leave(nuint mark)
    {
        _used = mark;
        if (mark != 0 || _overflow.Count == 0)
        {
            return;
        }

        FreeOverflow();
        FreeBlock();
        _block = (byte*)_memory.Allocate(_peak, Alignment);
        _size = _peak;
    }

    private void FreeBlock()
    {
        if (_block is not null)
        {
            _memory.Free((nint)_block);
            _block = null;
            _size = 0;
        }
    }

    private void FreeOverflow()
    {
        foreach (var (address, _) in _overflow)
        {
            _memory.Free(address);
        }

        _overflow.Clear();
    }

    /// <summary>Gives back, when disposed, what was rented since it was entered. Scopes end in the reverse order of their start.</summary>
    public readonly struct Scope : IDisposable
    {
        private readonly Scratch _scratch;
        private readonly nuint _mark;

        internal Scope(Scratch scratch, nuint mark)
        {
            _scratch = scratch;
            _mark = mark;
        }

        /// <inheritdoc/>
        public void Dispose() => _scratch.Leave(_mark);
    }
}
