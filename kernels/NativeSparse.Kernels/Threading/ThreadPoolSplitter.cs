namespace NativeSparse.Kernels;

/// <summary>
/// Splits work over the .NET thread pool: the caller and the pool's workers steal indices from one counter, so that a busy core only gets
/// fewer of them. Where the pool is far behind, the caller does everything itself. For kernels outside a session. Thread-safe; nothing is
/// allocated per call.
/// </summary>
public sealed unsafe class ThreadPoolSplitter : WorkSplitter
{
    private readonly OpenCalls _calls = new();

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
        var workers = Math.Min(Threads, count) - 1;
        if (workers <= 0 || _calls.Open(count, workers, body, state) is not { } call)
        {
            SerialSplitter.Instance.RunCore(count, body, state);
            return;
        }

        call.Steal();
        call.Wait();
        var failure = call.Failure;
        _calls.Close(call);
        failure?.Throw();
    }
}
