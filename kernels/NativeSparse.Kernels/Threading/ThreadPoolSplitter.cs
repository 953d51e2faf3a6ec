namespace NativeSparse.Kernels;

/// <summary>
/// Splits work over the .NET thread pool: the caller and the pool's workers steal indices from one counter, so that a busy core only gets
/// fewer of them. For kernels outside a session. Thread-safe; nothing is allocated per call after warm-up.
/// </summary>
public sealed unsafe class ThreadPoolSplitter : WorkSplitter
{
    private readonly Lock _lock = new();
    private StolenWork?[] _free = new StolenWork?[8];
    private int _count;

    /// <summary>A splitter for a number of threads, the caller included.</summary>
    /// <exception cref="ArgumentOutOfRangeException"><paramref name="threads"/> is below 1.</exception>
    public ThreadPoolSplitter(int threads)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(threads, 1);
        Threads = threads;
    }

    /// <inheritdoc/>
    public override int Threads { get; }

    internal override void RunCore(int count, delegate*<void*, int, void> body, void* state)
    {
        if (Threads == 1 || count <= 1)
        {
            SerialSplitter.Instance.RunCore(count, body, state);
            return;
        }

        Rent().Run(count, Math.Min(Threads, count) - 1, body, state);
    }

    internal void Return(StolenWork work)
    {
        lock (_lock)
        {
            if (_count == _free.Length)
            {
                Array.Resize(ref _free, _count * 2);
            }

            _free[_count++] = work;
        }
    }

    private StolenWork Rent()
    {
        lock (_lock)
        {
            if (_count > 0)
            {
                return _free[--_count]!;
            }
        }

        return new StolenWork(this);
    }
}
