namespace NativeSparse.Kernels;

/// <summary>
/// What a kernel family runs with, in a backend's own layout. Owns its memory until disposed. Dispose when no run uses it any more: kernels read the
/// memory without a lock. A run that starts later throws <see cref="ObjectDisposedException"/>, whatever its number of rows.
/// </summary>
public abstract class PackedOperand : IDisposable
{
    private int _isDisposed;

    private protected PackedOperand()
    {
    }

    /// <summary>Frees the memory; again is no error.</summary>
    public void Dispose()
    {
        if (Interlocked.Exchange(ref _isDisposed, 1) == 0)
        {
            Release();
        }

        GC.SuppressFinalize(this);
    }

    internal void ThrowIfDisposed() => ObjectDisposedException.ThrowIf(Volatile.Read(ref _isDisposed) != 0, this);

    /// <summary>Called once.</summary>
    private protected abstract void Release();
}
