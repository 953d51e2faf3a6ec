namespace NativeSparse.Kernels;

/// <summary>
/// Dense matrix product with prepacked weights: <c>y[T, N] = multiplier * act(x[T, K] W[K, N] + bias)</c>.
/// </summary>
/// <remarks>
/// Error bound against exact arithmetic before the activation: 2 (K + 2) 2^-24 sum |x_k W_kn|.
/// One row, one answer: a row's result does not depend on T, on its position, on the other rows or on the threads, bit for bit.
/// Thread-safe. Nothing is allocated per run after warm-up.
/// </remarks>
public interface IDenseMatMul
{
    /// <summary>Which version runs, for reports: <c>reference</c>, <c>vector256</c>, ...</summary>
    string Version { get; }

    /// <summary>Packs weights <c>[K, N]</c>, row-major.</summary>
    /// <exception cref="ArgumentException"><paramref name="weights"/> is not K x N long.</exception>
    /// <exception cref="NotSupportedException">The backend has no such precision.</exception>
    PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision);

    /// <summary>Computes the product.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, K]</c> float32, any stride.</param>
    /// <param name="weights">Packed by this family of this backend.</param>
    /// <param name="epilogue">Bias, activation, multiplier.</param>
    /// <param name="y"><c>[T, N]</c> float32, any stride; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    void Run(in Execution execution, View x, PackedMatrix weights, in Epilogue epilogue, View y);
}
