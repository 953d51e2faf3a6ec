namespace NativeSparse.Kernels;

/// <summary>
/// The calls of one splitter that workers may join, and the requests for workers. A call asks the thread pool only for as many workers as
/// are not already waiting there, so that the pool's queue does not grow, on a caller's thread, while the pool is late. Thread-safe.
/// </summary>
internal sealed unsafe class OpenCalls : IThreadPoolWorkItem
{
    /// <summary>Calls under way, late workers included, beyond which the pool is too far behind to be of use.</summary>
    private const int MostCalls = 32;

    private readonly Lock _lock = new();
    private readonly StolenWork[] _free = new StolenWork[MostCalls];
    private readonly StolenWork?[] _open = new StolenWork?[MostCalls];
    private int _freeCount = MostCalls;
    private int _openCount;
    private int _waiting;

    public OpenCalls()
    {
        foreach (ref var call in _free.AsSpan())
        {
            call = new StolenWork();
        }
    }

    /// <summary>Requests that wait in the thread pool.</summary>
    public int Waiting => Volatile.Read(ref _waiting);

    /// <summary>Opens a call and asks for workers; null where too many are under way.</summary>
    public StolenWork? Open(int count, int workers, delegate*<void*, int, void> body, void* state)
    {
        StolenWork call;
        lock (_lock)
        {
            if (_freeCount == 0)
            {
                return null;
            }

            call = _free[--_freeCount];
            call.Start(count, workers, body, state);
            _open[_openCount++] = call;
        }

        for (var waiting = Waiting; waiting < workers; waiting = Waiting)
        {
            if (Interlocked.CompareExchange(ref _waiting, waiting + 1, waiting) == waiting)
            {
                ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
            }
        }

        return call;
    }

    /// <summary>The caller's own end: nobody joins any more. A worker that still holds the call gives it back later.</summary>
    public void Close(StolenWork call)
    {
        lock (_lock)
        {
            var index = Array.IndexOf(_open, call, 0, _openCount);
            _open[index] = _open[--_openCount];
            _open[_openCount] = null;
        }

        LetGo(call);
    }

    void IThreadPoolWorkItem.Execute()
    {
        // First: a call that opens from here on asks again, and one that opened before is seen.
        Interlocked.Decrement(ref _waiting);
        while (Join() is { } call)
        {
            call.Steal();
            LetGo(call);
        }
    }

    private StolenWork? Join()
    {
        lock (_lock)
        {
            for (var i = 0; i < _openCount; i++)
            {
                if (_open[i] is { } call && call.TryJoin())
                {
                    return call;
                }
            }
        }

        return null;
    }

    private void LetGo(StolenWork call)
    {
        if (!call.LetGo())
        {
            return;
        }

        lock (_lock)
        {
            _free[_freeCount++] = call;
        }
    }
}
