namespace NativeSparse.Kernels;

/// <summary>What one run of a kernel needs from outside: threads, scratch memory, cancellation.</summary>
public readonly struct Execution
{
    private readonly WorkSplitter? _splitter;
    private readonly Scratch? _scratch;

    /// <summary>What a run needs.</summary>
    /// <param name="splitter">Where the work runs.</param>
    /// <param name="scratch">Scratch memory of this run.</param>
    /// <param name="cancellation">Checked between large pieces of work.</param>
    /// <exception cref="ArgumentNullException">There is no splitter or no scratch memory.</exception>
    public Execution(WorkSplitter splitter, Scratch scratch, CancellationToken cancellation = default)
    {
        ArgumentNullException.ThrowIfNull(splitter);
        ArgumentNullException.ThrowIfNull(scratch);
        (_splitter, _scratch, Cancellation) = (splitter, scratch, cancellation);
    }

    /// <summary>Where the work runs.</summary>
    /// <exception cref="ArgumentException">This is <c>default</c>.</exception>
    public WorkSplitter Splitter => _splitter ?? throw Empty();

    /// <summary>Scratch memory of this run.</summary>
    /// <exception cref="ArgumentException">This is <c>default</c>.</exception>
    public Scratch Scratch => _scratch ?? throw Empty();

    /// <summary>Checked between large pieces of work.</summary>
    public CancellationToken Cancellation { get; }

    private static ArgumentException Empty() => new("the execution is empty, expected one with a splitter and scratch memory: new Execution(splitter, scratch)");
}
