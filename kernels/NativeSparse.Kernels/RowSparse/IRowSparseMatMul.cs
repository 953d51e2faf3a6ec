namespace NativeSparse.Kernels;

/// <summary>
/// Products with sparse activations, the second product of a network of which few hidden neurons are active:
/// <c>y[t, o] = multiplier[t, o] act(sum over active j of a[t, j] W[j, o] + bias[o])</c>, W <c>[H, O]</c>. What is active is said either by exact
/// zeros (ReLU networks: The Lazy Neuron Phenomenon, arXiv 2210.06313) or by a set for each token (predicted: Deja Vu, arXiv 2310.17157).
/// </summary>
/// <remarks>
/// <para>
/// Rows of W that are not active are not read: a NaN or an infinity in them reaches nothing.
/// </para>
/// <para>
/// float32: one chain of fused multiply-adds for each output by ascending active j, from zero, then the bias is added. Every version sums in this
/// order, so that results before the activation are equal bit for bit; over finite weights they are those of <see cref="IDenseMatMul"/> for the row
/// with its zeros. The error against exact arithmetic before the activation is at most 2 (n + 2) 2^-24 sum |a_j W_jo|, n being the active neurons of
/// the token.
/// </para>
/// <para>
/// int8: the active values of a token are rounded as <see cref="IDenseMatMul"/> rounds a row, lo and hi being the least and the largest of them and 0;
/// the sum of (q_j - z) w_jo is an exact integer, then fma(sum * columnScale, s, bias). The answer is, bit for bit, the dense family's for the row
/// whose other entries are zero. A token that holds a NaN or an infinity gives NaN.
/// </para>
/// <para>
/// One row, one answer: a token's result does not depend on T, on the other tokens or on the threads. Thread-safe; nothing is allocated per run after
/// warm-up.
/// </para>
/// </remarks>
public interface IRowSparseMatMul
{
    /// <summary>Which version runs.</summary>
    string Version { get; }

    /// <summary>Packs weights <c>[H, O]</c>, row-major, at float32 or int8; at int8 they are rounded by <see cref="QuantizedWeights.Round"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="weights"/> is not H x O long, or is not finite at int8.</exception>
    /// <exception cref="NotSupportedException">The family has no such precision.</exception>
    PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision);

    /// <summary>Packs 8-bit weights as they are.</summary>
    PackedMatrix Pack(QuantizedWeights weights);

    /// <summary>Multiplies what is not zero; a NaN is not zero.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="hidden"><c>[T, H]</c> float32, any stride.</param>
    /// <param name="weights">Packed by this family of this backend.</param>
    /// <param name="epilogue">Bias, activation, multiplier.</param>
    /// <param name="y"><c>[T, O]</c> float32, any stride; must not overlap <paramref name="hidden"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    /// <exception cref="ArgumentException">The weights are another backend's.</exception>
    void Run(in Execution execution, View hidden, PackedMatrix weights, in Epilogue epilogue, View y);

    /// <summary>Multiplies the sets that are given, zeros among them too.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="active">The active neurons of each token and their values.</param>
    /// <param name="weights">Packed by this family of this backend.</param>
    /// <param name="epilogue">Bias, activation, multiplier.</param>
    /// <param name="y"><c>[T, O]</c> float32, any stride; must not overlap the sets.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit, or the indices of a token are not ascending below H.</exception>
    /// <exception cref="ArgumentException">The weights are another backend's.</exception>
    void Run(in Execution execution, in ActiveNeurons active, PackedMatrix weights, in Epilogue epilogue, View y);
}
