namespace NativeSparse.Kernels;

/// <summary>
/// Dense matrix product with prepacked weights: <c>y[T, N] = multiplier * act(x[T, K] W[K, N] + bias)</c>, and feed-forward networks of
/// such products.
/// </summary>
/// <remarks>
/// <para>
/// float32: the error against exact arithmetic before the activation is at most 2 (K + 2) 2^-24 sum |x_k W_kn|.
/// </para>
/// <para>
/// bfloat16: weights are rounded to nearest, ties to even, when they are packed; the result is, bit for bit, that of float32 over the rounded
/// weights.
/// </para>
/// <para>
/// int8: each row is rounded to u8, scale s = hi / 255 - lo / 255, zero point z = round(-lo / s), lo and hi being the row's least and
/// largest value and 0, q = clamp(round(x / s) + z, 0, 255); the sum of (q_k - z) w_kn is an exact integer, and what follows is
/// fma(sum * columnScale, s, bias) in float32, in this order in every version. A row that holds a NaN or an infinity gives NaN.
/// </para>
/// <para>
/// int4: rows are rounded as at int8; total = fma(product, groupScale, total) group by group, product being the exact sum of
/// (q_k - 128) (u_kn - zero) over the group; then fma(columnSum, -s (z - 128), fma(total, s, bias)), columnSum being the sum of the column's
/// weights. With a scale for each group of activations: total = fma(product * activationScale, groupScale, total), then total + bias.
/// Both terms of a row whose values reach about 1e36 may be infinite with opposite signs: its outputs are then NaN where float32 would still be
/// finite.
/// </para>
/// <para>
/// Devices sum in runs of inputs and fuse what their compiler fuses: float32 within the stated error, int8 with the same integers, but for
/// hidden values that lie between two 8-bit steps; no int4.
/// </para>
/// <para>
/// One row, one answer: a row's result does not depend on T, on its position, on the other rows or on the threads, bit for bit.
/// Thread-safe. Nothing is allocated per run after warm-up.
/// </para>
/// </remarks>
public interface IDenseMatMul
{
    /// <summary>Which version runs at float32, for reports: <c>reference</c>, <c>vector256</c>, ...; <see cref="PackedMatrix.Version"/> says it for each matrix.</summary>
    string Version { get; }

    /// <summary>Packs weights <c>[K, N]</c>, row-major; at int8 they are rounded by <see cref="QuantizedWeights.Round"/>.</summary>
    /// <exception cref="ArgumentException"><paramref name="weights"/> is not K x N long, or is not finite at int8.</exception>
    /// <exception cref="NotSupportedException">The backend has no such precision.</exception>
    PackedMatrix Pack(ReadOnlySpan<float> weights, int inputWidth, int outputWidth, Precision precision);

    /// <summary>Packs 8-bit weights as they are.</summary>
    PackedMatrix Pack(QuantizedWeights weights);

    /// <summary>Packs 4-bit weights as they are.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="hasGroupScales">
    /// Whether each group of 32 activations is rounded with a scale of its own (symmetric) instead of one scale and zero point for the row: an
    /// outlier then costs its own group alone.
    /// </param>
    PackedMatrix Pack(QuantizedInt4Weights weights, bool hasGroupScales = false);

    /// <summary>Computes the product.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, K]</c> float32, any stride.</param>
    /// <param name="weights">Packed by this family of this backend.</param>
    /// <param name="epilogue">Bias, activation, multiplier.</param>
    /// <param name="y"><c>[T, N]</c> float32, any stride; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    void Run(in Execution execution, View x, PackedMatrix weights, in Epilogue epilogue, View y);

    /// <summary>
    /// Computes several products of the same rows: each gives the bits of <see cref="Run"/>. Where all matrices are int8, or all int4, of one
    /// version, rows are rounded once.
    /// </summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, K]</c> float32, any stride.</param>
    /// <param name="weights">Packed by this family of this backend.</param>
    /// <param name="epilogues">One for each matrix.</param>
    /// <param name="outputs"><c>[T, N]</c> float32 for each matrix, any stride; none may overlap <paramref name="x"/> or another.</param>
    /// <exception cref="ArgumentException">There are not as many epilogues and outputs as matrices.</exception>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    void RunMany(
        in Execution execution, View x, ReadOnlySpan<PackedMatrix> weights, ReadOnlySpan<Epilogue> epilogues, ReadOnlySpan<View> outputs)
    {
        DenseArguments.CheckRunMany(x, weights, epilogues, outputs);
        for (var i = 0; i < weights.Length; i++)
        {
            Run(execution, x, weights[i], epilogues[i], outputs[i]);
        }
    }

    /// <summary>Computes a whole feed-forward network; hidden activations are rounded again for each row where the down matrix is int8.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, D]</c> float32, any stride.</param>
    /// <param name="network">Matrices packed by this family of this backend, at any mixture of precisions.</param>
    /// <param name="y"><c>[T, O]</c> float32, any stride; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    void RunFeedForward(in Execution execution, View x, in FeedForwardMatrices network, View y);
}
