namespace NativeSparse.Kernels;

/// <summary>
/// Splits work over the .NET thread pool: the caller and the pool's workers steal indices from one counter, so that a busy core only gets
/// fewer of them. Where the pool is far behind, the caller does everything itself. For kernels outside a session. Thread-safe; nothing is
/// allocated per call.
/// </summary>
public sealed unsafe class ThreadPoolSplitter : WorkSplitter
{
    /// <summary>Calls under way, late workers included, beyond which the pool is too far behind to be of use.</summary>
    private const int MostCalls = 32;

    private readonly Lock _lock = new();
    private readonly StolenWork[] _free = new StolenWork[MostCalls];
    private int _count;

    /// <summary>A splitter for a number of threads, the caller included.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public ThreadPoolSplitter(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
        foreach (ref var work in _free.AsSpan())
        {
            work = new StolenWork(this);
        }

        _count = MostCalls;
    }

    /// <inheritdoc/>
    public override int Threads { get; }

    internal override void RunCore(int count, delegate*<void*, int, void> body, void* state)
    {
        if (Threads == 1 || count <= 1 || Rent() is not { } work)
        {
            SerialSplitter.Instance.RunCore(count, body, state);
            return;
        }

        work.Run(count, Math.Min(Threads, count) - 1, body, state);
    }

    internal void Return(StolenWork work)
    {
        lock (_lock)
        {
            _free[_count++] = work;
        }
    }

    private StolenWork? Rent()
    {
        lock (_lock)
        {
            return _count > 0 ? _free[--_count] : null;
        }
    }
}
