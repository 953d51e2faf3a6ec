#pragma warning disable CS8500 // the address of a struct that holds a reference: it lives on the caller's stack for the whole call

using System.Runtime.ExceptionServices;
using System.Runtime.InteropServices;
using NativeSparse.Kernels;

namespace NativeSparse.Session;

/// <summary>Splits work over ONNX Runtime's intra-op pool, the one the rest of the graph runs on. Valid while its node runs.</summary>
internal sealed unsafe class OrtWorkSplitter(int threads) : WorkSplitter
{
    private Exception? _failure;

    /// <summary>The running node's context.</summary>
    public nint Context { get; set; }

    /// <inheritdoc/>
    public override int Threads { get; } = threads;

    internal override void RunCore(int count, delegate*<void*, int, void> body, void* state)
    {
        if (Threads == 1 || count == 1)
        {
            for (var i = 0; i < count; i++)
            {
                body(state, i);
            }

            return;
        }

        var work = new Work { Splitter = this, Body = body, State = state };
        var parallelFor = (delegate* unmanaged<nint, delegate* unmanaged<void*, nuint, void>, nuint, nuint, void*, nint>)
            OrtApi.Function(OrtFunction.KernelContext_ParallelFor);
        OrtApi.Check(parallelFor(Context, &RunOne, (nuint)count, (nuint)count, &work));
        if (Interlocked.Exchange(ref _failure, null) is { } failure)
        {
            ExceptionDispatchInfo.Throw(failure);
        }
    }

    [UnmanagedCallersOnly]
    private static void RunOne(void* user, nuint index)
    {
        var work = (Work*)user;
        try
        {
            work->Body(work->State, (int)index);
        }
#pragma warning disable CA1031 // an exception must not cross the native frames of the pool: the caller of the split throws it again
        catch (Exception exception)
#pragma warning restore CA1031
        {
            Interlocked.CompareExchange(ref work->Splitter._failure, exception, null);
        }
    }

    private struct Work
    {
        public OrtWorkSplitter Splitter;
        public delegate*<void*, int, void> Body;
        public void* State;
    }
}
