namespace NativeSparse.Kernels;

/// <summary>
/// The weights <c>[K, N]</c> of one linear in a backend's own layout at one precision. Immutable, shared by concurrent runs;
/// owns its memory until disposed.
/// </summary>
public abstract class PackedMatrix : IDisposable
{
    private protected PackedMatrix(int inputWidth, int outputWidth, Precision precision)
    {
        InputWidth = inputWidth;
        OutputWidth = outputWidth;
        Precision = precision;
    }

    /// <summary>K: the reduction length.</summary>
    public int InputWidth { get; }

    /// <summary>N: the number of outputs.</summary>
    public int OutputWidth { get; }

    /// <summary>How the weights are held.</summary>
    public Precision Precision { get; }

    /// <summary>Bytes held.</summary>
    public abstract long ByteCount { get; }

    /// <summary>Copies the weights back to <c>[K, N]</c> row-major; exact at float32.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than K x N.</exception>
    public abstract void Unpack(Span<float> destination);

    /// <inheritdoc/>
    public abstract void Dispose();
}
