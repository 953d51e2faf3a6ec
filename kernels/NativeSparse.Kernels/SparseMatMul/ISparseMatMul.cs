namespace NativeSparse.Kernels;

/// <summary>
/// Products with sparse weights: <c>y = act(x W + bias)</c>, W <c>[K, N]</c> held as blocks of one input by 1, 2, 4, 8, 16 or 32 neighbouring
/// outputs that share a pattern (Fast Sparse ConvNets, arXiv 1911.09723), or with 2:4 sparsity; at int8 as blocks of 4 inputs by 16 or 32 outputs.
/// </summary>
/// <remarks>
/// <para>
/// float32. The stored entries of an output are summed in one chain of fused multiply-adds by ascending input; then the bias is added. Every
/// version sums in this order, so that results before the activation are equal bit for bit, and a row's result does not depend on T, on the other
/// rows or on the threads. The error against exact arithmetic before the activation is at most 2 (n + 2) 2^-24 sum |x_k W_kn|, n being the stored
/// entries of the output.
/// Zeros that are not stored are not multiplied: an infinite or NaN input reaches only the outputs that store an entry for it.
/// </para>
/// <para>
/// int8. Each row of x, or each pixel of rows of channels, is rounded as <see cref="IDenseMatMul"/> rounds it at int8: u8 q with a scale s and a zero point z of the whole row. Before
/// the activation an output is <c>fma(sum_k (q_k - z) w_kn * columnScale_n, s, bias_n)</c>, the sum over the stored blocks, exact in 32 bits. So
/// every version gives the same bits, and those of its dense int8 product of the same matrix with its zeros (a device may round the product before it
/// adds the bias, and where its division is not exact, an input that lies between two steps may be rounded to the other one); a row that holds a NaN or an infinity is NaN throughout. The error against exact arithmetic before the activation is at most
/// <c>(1 + 2^-12) (s / 2) sum_k |W_kn| + 2^-22 (|y_n| + |bias_n|)</c>, W being scale times value; a row whose range is below 255 times the
/// smallest normal number counts as zero.
/// </para>
/// Thread-safe; nothing is allocated per run after warm-up.
/// </remarks>
public interface ISparseMatMul
{
    /// <summary>Which version runs.</summary>
    string Version { get; }

    /// <summary>Packs weights.</summary>
    PackedSparse Pack(SparseWeights weights);

    /// <summary>Packs int8 weights.</summary>
    PackedSparse Pack(QuantizedSparseWeights weights);

    /// <summary>Packs weights of which two of each four neighbouring inputs are stored; as single weights where a version has no better way.</summary>
    PackedSparse Pack(TwoOfFourWeights weights)
    {
        ArgumentNullException.ThrowIfNull(weights);
        return Pack(weights.ToSparse());
    }

    /// <summary>Rows of tokens: <c>y[t, n] = multiplier[t, n] act(sum_k x[t, k] W[k, n] + bias[n])</c>.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, K]</c> float32.</param>
    /// <param name="weights">Packed by this family of this backend.</param>
    /// <param name="epilogue">Bias, activation, multiplier.</param>
    /// <param name="y"><c>[T, N]</c> float32; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    /// <exception cref="ArgumentException">The weights are another backend's.</exception>
    void Run(in Execution execution, View x, PackedSparse weights, in Epilogue epilogue, View y);

    /// <summary>
    /// Rows of channels, a 1x1 convolution over P pixels: <c>y[n, p] = act(sum_k x[k, p] W[k, n] + bias[n])</c>; the bits of <see cref="Run"/> on
    /// the pixels as rows.
    /// </summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[K, P]</c> float32.</param>
    /// <param name="weights">Packed by this family of this backend.</param>
    /// <param name="epilogue">Bias <c>[1, N]</c> and activation; no multiplier.</param>
    /// <param name="y"><c>[N, P]</c> float32; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit, or there is a multiplier.</exception>
    /// <exception cref="ArgumentException">The weights are another backend's.</exception>
    void RunChannels(in Execution execution, View x, PackedSparse weights, in Epilogue epilogue, View y);
}
