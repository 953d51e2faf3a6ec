namespace NativeSparse.Session;

/// <summary>Counts the runs under way, so that nothing they use is freed under them. Thread-safe; allocates nothing after construction.</summary>
internal sealed class RunGate
{
    private int _runs;
    private int _closed;

    /// <summary>Begins a run; <see cref="Leave"/> ends it.</summary>
    /// <exception cref="ObjectDisposedException">The gate is closed.</exception>
    public void Enter()
    {
        Interlocked.Increment(ref _runs);
        if (Volatile.Read(ref _closed) != 0)
        {
            Leave();
            throw new ObjectDisposedException(typeof(SparseEngine).FullName);
        }
    }

    /// <summary>Ends a run.</summary>
    public void Leave() => Interlocked.Decrement(ref _runs);

    /// <summary>Lets no further run in and waits for those under way; false when the gate was closed before.</summary>
    public bool Close()
    {
        // Interlocked operations are full fences: either a run that begins now sees the flag, or this loop sees the run.
        if (Interlocked.Exchange(ref _closed, 1) != 0)
        {
            return false;
        }

        var wait = default(SpinWait);
        while (Volatile.Read(ref _runs) > 0)
        {
            wait.SpinOnce();
        }

        return true;
    }
}
