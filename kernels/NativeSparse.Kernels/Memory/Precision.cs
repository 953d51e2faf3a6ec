namespace NativeSparse.Kernels;

/// <summary>How a packed matrix is held and multiplied. A property of every matrix, whatever form it belongs to.</summary>
public enum Precision
{
    /// <summary>float32 weights and activations.</summary>
    Float32,
}
