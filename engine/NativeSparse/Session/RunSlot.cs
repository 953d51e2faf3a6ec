using NativeSparse.Kernels;

namespace NativeSparse.Session;

/// <summary>What one node's run needs and another may not use at the same time.</summary>
internal sealed class RunSlot(int threads) : IDisposable
{
    /// <summary>Scratch memory.</summary>
    public Scratch Scratch { get; } = new();

    /// <summary>ONNX Runtime's own pool.</summary>
    public OrtWorkSplitter Splitter { get; } = new(threads);

    /// <inheritdoc/>
    public void Dispose() => Scratch.Dispose();
}
