namespace NativeSparse.Kernels;

/// <summary>What one run of a kernel needs from outside: threads, scratch memory, cancellation.</summary>
/// <param name="splitter">Where the work runs.</param>
/// <param name="scratch">Scratch memory of this run.</param>
/// <param name="cancellation">Checked between large pieces of work.</param>
public readonly struct Execution(WorkSplitter splitter, Scratch scratch, CancellationToken cancellation = default)
{
    /// <summary>Where the work runs.</summary>
    public WorkSplitter Splitter { get; } = splitter;

    /// <summary>Scratch memory of this run.</summary>
    public Scratch Scratch { get; } = scratch;

    /// <summary>Checked between large pieces of work.</summary>
    public CancellationToken Cancellation { get; } = cancellation;
}
