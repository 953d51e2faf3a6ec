namespace NativeSparse.Kernels;

/// <summary>The weights of E experts in a backend's layout at one precision. Immutable, shared by concurrent runs; owns its memory.</summary>
public abstract class PackedExperts : PackedOperand
{
    private protected PackedExperts(int experts, int inputWidth, int expertWidth, int outputWidth, Precision precision)
    {
        Experts = experts;
        InputWidth = inputWidth;
        ExpertWidth = expertWidth;
        OutputWidth = outputWidth;
        Precision = precision;
    }

    /// <summary>E.</summary>
    public int Experts { get; }

    /// <summary>D.</summary>
    public int InputWidth { get; }

    /// <summary>B.</summary>
    public int ExpertWidth { get; }

    /// <summary>O.</summary>
    public int OutputWidth { get; }

    /// <summary>How the weights are held.</summary>
    public Precision Precision { get; }

    /// <summary>Which version of the kernels runs them, for reports.</summary>
    public abstract string Version { get; }

    /// <summary>Bytes held.</summary>
    public abstract long ByteCount { get; }

    /// <summary>The weights back in their plain layout, exact at float32 and bfloat16, what was rounded at packing aside (padding columns included).</summary>
    public abstract ExpertWeights Unpack();

    /// <summary>The integers and scales of int8 experts, exactly as they were packed.</summary>
    /// <exception cref="NotSupportedException">They are not int8.</exception>
    public virtual QuantizedExpertWeights UnpackInt8() => throw new NotSupportedException($"{Precision} experts hold no 8-bit integers");

    /// <summary>The integers, scales and zero points of int4 experts, exactly as they were packed.</summary>
    /// <exception cref="NotSupportedException">They are not int4.</exception>
    public virtual QuantizedInt4ExpertWeights UnpackInt4() => throw new NotSupportedException($"{Precision} experts hold no 4-bit integers");
}
