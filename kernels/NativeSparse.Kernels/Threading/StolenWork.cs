using System.Runtime.ExceptionServices;

namespace NativeSparse.Kernels;

/// <summary>One call that is being shared out: the caller and the workers that joined it steal its indices from one counter.</summary>
internal sealed unsafe class StolenWork
{
    private const int Spins = 100;

    private delegate*<void*, int, void> _body;
    private void* _state;
    private int _count;
    private int _next;
    private int _left;
    private int _places;
    private int _holders;
    private bool _isWaiting;
    private ExceptionDispatchInfo? _failure;

    /// <summary>What the body threw first, once all indices are done.</summary>
    public ExceptionDispatchInfo? Failure => _failure;

    /// <summary>Before anybody can join.</summary>
    public void Start(int count, int workers, delegate*<void*, int, void> body, void* state)
    {
        _body = body;
        _state = state;
        _count = count;
        _left = count;
        _places = workers;
        _holders = 1;
        _failure = null;
        Volatile.Write(ref _next, 0);
    }

    /// <summary>One more worker, if it is wanted and there is work left; under the lock of the open calls.</summary>
    public bool TryJoin()
    {
        if (_places == 0 || Volatile.Read(ref _next) >= _count)
        {
            return false;
        }

        _places--;
        Interlocked.Increment(ref _holders);
        return true;
    }

    /// <summary>Whether that was the last one who held it.</summary>
    public bool LetGo() => Interlocked.Decrement(ref _holders) == 0;

    /// <summary>Runs indices until none is left to start.</summary>
    public void Steal()
    {
        int index;
        while ((index = Interlocked.Increment(ref _next) - 1) < _count)
        {
            RunOne(index);
            if (Interlocked.Decrement(ref _left) == 0)
            {
                WakeCaller();
            }
        }
    }

    /// <summary>Until all indices are done.</summary>
    public void Wait()
    {
        var spinner = default(SpinWait);
        while (Volatile.Read(ref _left) > 0)
        {
            if (spinner.Count < Spins)
            {
                spinner.SpinOnce(sleep1Threshold: -1);
                continue;
            }

            lock (this)
            {
                _isWaiting = true;
                while (Volatile.Read(ref _left) > 0)
                {
                    Monitor.Wait(this);
                }

                _isWaiting = false;
            }
        }
    }

    private void RunOne(int index)
    {
        if (Volatile.Read(ref _failure) is not null)
        {
            return;
        }

        try
        {
            _body(_state, index);
        }
#pragma warning disable CA1031 // Whatever the body throws is thrown again on the caller's thread.
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref _failure, ExceptionDispatchInfo.Capture(exception), null);
        }
    }

    private void WakeCaller()
    {
        lock (this)
        {
            if (_isWaiting)
            {
                Monitor.PulseAll(this);
            }
        }
    }
}
