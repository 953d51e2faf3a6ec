namespace NativeSparse.Kernels;

/// <summary>
/// The weights <c>[K, N]</c> of one linear in a backend's own layout at one precision. Immutable, shared by concurrent runs;
/// owns its memory until disposed. Dispose when no run uses it any more: kernels read the memory without a lock.
/// </summary>
public abstract class PackedMatrix : PackedOperand
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

    /// <summary>Which version of the kernels multiplies with it, for reports: <c>reference</c>, <c>vector256</c>, <c>avx512-vnni</c>, ...</summary>
    public abstract string Version { get; }

    /// <summary>Bytes held.</summary>
    public abstract long ByteCount { get; }

    /// <summary>Copies the weights back to <c>[K, N]</c> row-major; exact at float32, otherwise the values that are multiplied with.</summary>
    /// <exception cref="ArgumentException">The destination is shorter than K x N.</exception>
    public abstract void Unpack(Span<float> destination);

    /// <summary>The integers and scales of an int8 matrix, exactly as they were packed.</summary>
    /// <exception cref="NotSupportedException">The matrix is not int8.</exception>
    public virtual QuantizedWeights UnpackInt8() => throw new NotSupportedException($"a {Precision} matrix holds no 8-bit integers");

    /// <summary>The integers, scales and zero points of an int4 matrix, exactly as they were packed.</summary>
    /// <exception cref="NotSupportedException">The matrix is not int4.</exception>
    public virtual QuantizedInt4Weights UnpackInt4() => throw new NotSupportedException($"a {Precision} matrix holds no 4-bit integers");
}
