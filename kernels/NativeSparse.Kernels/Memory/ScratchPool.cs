using System.Collections.Concurrent;

namespace NativeSparse.Kernels;

/// <summary>Keeps one <see cref="Scratch"/> for each run that is under way at once. Thread-safe; owned by a session.</summary>
public sealed class ScratchPool : IDisposable
{
    private readonly ConcurrentBag<Scratch> _all = [];
    private readonly Lock _lock = new();
    private Scratch?[] _free = new Scratch?[4];
    private int _count;

    /// <summary>Takes a scratch for one run; give it back with <see cref="Return"/>.</summary>
    public Scratch Rent()
    {
        lock (_lock)
        {
            if (_count > 0)
            {
                return _free[--_count]!;
            }
        }

        var scratch = new Scratch();
        _all.Add(scratch);
        return scratch;
    }

    /// <summary>Gives a scratch back.</summary>
    public void Return(Scratch scratch)
    {
        lock (_lock)
        {
            if (_count == _free.Length)
            {
                Array.Resize(ref _free, _count * 2);
            }

            _free[_count++] = scratch;
        }
    }

    /// <summary>Frees every scratch; no run may be under way.</summary>
    public void Dispose()
    {
        while (_all.TryTake(out var scratch))
        {
            scratch.Dispose();
        }
    }
}
