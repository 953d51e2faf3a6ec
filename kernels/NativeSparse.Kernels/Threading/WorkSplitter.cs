#pragma warning disable CS8500 // the address of a struct that holds references: it lives on the caller's stack for the whole call

namespace NativeSparse.Kernels;

/// <summary>Runs <c>body(i)</c> for i in 0..n on somebody else's threads. Kernels never own threads. Implementations allocate nothing per call.</summary>
public abstract unsafe class WorkSplitter
{
    internal WorkSplitter()
    {
    }

    /// <summary>How many threads may work at once; kernels split into a few chunks for each.</summary>
    public abstract int Threads { get; }

    /// <summary>Runs a static body for every index and returns when all are done. The state is shared by all indices.</summary>
    internal void Run<TState>(int count, delegate*<ref TState, int, void> body, ref TState state)
    {
        fixed (TState* address = &state)
        {
            RunCore(count, (delegate*<void*, int, void>)body, address);
        }
    }

    internal abstract void RunCore(int count, delegate*<void*, int, void> body, void* state);
}
