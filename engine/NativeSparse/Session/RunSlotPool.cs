namespace NativeSparse.Session;

/// <summary>Slots for as many node runs as are under way at once. Thread-safe; allocates only when concurrency grows.</summary>
internal sealed class RunSlotPool(int threads) : IDisposable
{
    private readonly Lock _lock = new();
    private readonly List<RunSlot> _all = [];
    private readonly Stack<RunSlot> _free = new(16);

    /// <summary>Takes a slot; give it back with <see cref="Return"/>.</summary>
    public RunSlot Rent()
    {
        lock (_lock)
        {
            if (_free.TryPop(out var free))
            {
                return free;
            }

            var slot = new RunSlot(threads);
            _all.Add(slot);
            return slot;
        }
    }

    /// <summary>Gives a slot back.</summary>
    public void Return(RunSlot slot)
    {
        lock (_lock)
        {
            _free.Push(slot);
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        lock (_lock)
        {
            foreach (var slot in _all)
            {
                slot.Dispose();
            }

            _all.Clear();
            _free.Clear();
        }
    }
}
