using NativeSparse.Kernels;

namespace NativeSparse.Forms;

/// <summary>
/// What one of our nodes computes: immutable weights in the backend's layout, one input, one or several outputs. Runs are thread-safe and
/// allocate nothing after warm-up. Owns its weights; disposing twice is fine.
/// </summary>
internal abstract class NodeOperator : IDisposable
{
    /// <summary>Width of the input.</summary>
    public abstract int InputWidth { get; }

    /// <summary>Width of each output.</summary>
    public abstract IReadOnlyList<int> OutputWidths { get; }

    /// <summary>How the matrices are held.</summary>
    public abstract Precision Precision { get; }

    /// <summary>Which version of the kernels runs it.</summary>
    public abstract string Version { get; }

    /// <summary>Bytes of weights.</summary>
    public abstract long ByteCount { get; }

    /// <summary>Computes the outputs <c>[T, width]</c> from <paramref name="x"/> <c>[T, D]</c>, float32.</summary>
    public abstract void Run(in Execution execution, View x, ReadOnlySpan<View> outputs);

    /// <inheritdoc/>
    public abstract void Dispose();
}
