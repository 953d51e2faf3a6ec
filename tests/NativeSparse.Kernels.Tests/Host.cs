namespace NativeSparse.Kernels.Tests;

/// <summary>Scratch and threads of one run.</summary>
internal sealed class Host(int threads = 1, CancellationToken cancellation = default) : IDisposable
{
    private readonly Scratch _scratch = new();
    private readonly WorkSplitter _splitter = threads == 1 ? SerialSplitter.Instance : new ThreadPoolSplitter(threads);

    public Execution Execution => new(_splitter, _scratch, cancellation);

    public Scratch Scratch => _scratch;

    public void Dispose() => _scratch.Dispose();
}
