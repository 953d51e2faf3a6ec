namespace NativeSparse.Kernels;

/// <summary>Sparse weights in a backend's layout. Immutable, shared by concurrent runs; owns its memory.</summary>
public abstract class PackedSparse : PackedOperand
{
    private protected PackedSparse(SparseWeights weights)
    {
        InputWidth = weights.InputWidth;
        OutputWidth = weights.OutputWidth;
        BlockHeight = weights.BlockHeight;
        Density = weights.Density;
    }

    private protected PackedSparse(TwoOfFourWeights weights)
    {
        InputWidth = weights.InputWidth;
        OutputWidth = weights.OutputWidth;
        BlockHeight = 1;
        Density = 2.0 * weights.Groups / weights.InputWidth;
    }

    private protected PackedSparse(QuantizedSparseWeights weights)
    {
        InputWidth = weights.InputWidth;
        OutputWidth = weights.OutputWidth;
        BlockHeight = weights.BlockHeight;
        Density = weights.Density;
        Precision = Precision.Int8;
    }

    /// <summary>float32 or int8.</summary>
    public Precision Precision { get; }

    /// <summary>K.</summary>
    public int InputWidth { get; }

    /// <summary>N.</summary>
    public int OutputWidth { get; }

    /// <summary>R: outputs that share a pattern.</summary>
    public int BlockHeight { get; }

    /// <summary>Stored values over K N.</summary>
    public double Density { get; }

    /// <summary>Which version of the kernels runs them, for reports.</summary>
    public abstract string Version { get; }

    /// <summary>Bytes held.</summary>
    public abstract long ByteCount { get; }

    /// <summary>The weights as they were packed; of int8 weights the values that are multiplied with, as blocks of one input.</summary>
    public abstract SparseWeights Unpack();

    /// <summary>The integers and scales of int8 weights, exactly as they were packed.</summary>
    /// <exception cref="NotSupportedException">The weights are not int8.</exception>
    public virtual QuantizedSparseWeights UnpackInt8() => throw new NotSupportedException($"{Precision} weights hold no 8-bit integers");
}
