namespace NativeSparse.Kernels;

/// <summary>How a packed matrix is held and multiplied. A property of every matrix, whatever form it belongs to.</summary>
public enum Precision
{
    /// <summary>float32 weights and activations.</summary>
    Float32,

    /// <summary>
    /// Weights s8 with one scale for each output; activations are rounded to u8 with one scale and zero point for each row when they are
    /// multiplied. Products and sums are exact integers.
    /// </summary>
    Int8,

    /// <summary>
    /// Weights of 4 bits in groups of 32 inputs with a float16 scale and a zero point each (4.625 bits in all, and in memory a float32 sum for each output); activations are rounded to 8
    /// bits when they are multiplied. Products and sums within a group are exact integers.
    /// </summary>
    Int4,

    /// <summary>Weights bfloat16 (rounded to nearest, ties to even), activations and sums float32: half the memory of float32.</summary>
    BFloat16,
}
