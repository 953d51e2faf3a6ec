using System.Runtime.ExceptionServices;

namespace NativeSparse.Kernels;

/// <summary>
/// One call that is being shared out. It goes back to its splitter when the last worker has let go of it: a worker that starts late finds
/// nothing left and never touches the caller's state.
/// </summary>
internal sealed unsafe class StolenWork(ThreadPoolSplitter owner) : IThreadPoolWorkItem
{
    private const int Spins = 100;

    private delegate*<void*, int, void> _body;
    private void* _state;
    private int _count;
    private int _next;
    private int _left;
    private int _holders;
    private bool _isWaiting;
    private ExceptionDispatchInfo? _failure;

    public void Run(int count, int workers, delegate*<void*, int, void> body, void* state)
    {
        _body = body;
        _state = state;
        _count = count;
        _left = count;
        _holders = workers + 1;
        _failure = null;
        Volatile.Write(ref _next, 0);
        for (var i = 0; i < workers; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        Steal();
        Wait();
        var failure = _failure;
        LetGo();
        failure?.Throw();
    }

    void IThreadPoolWorkItem.Execute()
    {
        Steal();
        LetGo();
    }

    private void Steal()
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

    private void Wait()
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

    private void LetGo()
    {
        if (Interlocked.Decrement(ref _holders) == 0)
        {
            owner.Return(this);
        }
    }
}
