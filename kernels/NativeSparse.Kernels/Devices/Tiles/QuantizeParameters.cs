namespace NativeSparse.Kernels;

/// <summary>What a launch of <see cref="QuantizeKernel"/> is told.</summary>
internal struct QuantizeParameters
{
    /// <summary>Values from one row to the next.</summary>
    public int Stride;

    /// <summary>Words from one rounded row to the next.</summary>
    public int WordStride;

    /// <summary>Parts of a row.</summary>
    public int Parts;
}
