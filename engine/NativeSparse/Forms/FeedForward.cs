using NativeSparse.Kernels;

namespace NativeSparse.Forms;

/// <summary>
/// One site in one form, ready to run: immutable weights in the backend's layout. Runs are thread-safe and allocate nothing after warm-up.
/// Owns its weights; disposing twice is fine.
/// </summary>
internal abstract class FeedForward : IDisposable
{
    /// <summary>D.</summary>
    public abstract int InputWidth { get; }

    /// <summary>O.</summary>
    public abstract int OutputWidth { get; }

    /// <summary>How the matrices are held.</summary>
    public abstract Precision Precision { get; }

    /// <summary>Which version of the kernels runs it.</summary>
    public abstract string Version { get; }

    /// <summary>Bytes of weights.</summary>
    public abstract long ByteCount { get; }

    /// <summary>Computes <paramref name="y"/> <c>[T, O]</c> from <paramref name="x"/> <c>[T, D]</c>, float32.</summary>
    public abstract void Run(in Execution execution, View x, View y);

    /// <inheritdoc/>
    public abstract void Dispose();
}
