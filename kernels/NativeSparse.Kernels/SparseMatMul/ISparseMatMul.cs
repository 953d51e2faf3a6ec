namespace NativeSparse.Kernels;

/// <summary>
/// Products with sparse weights: <c>y = act(x W + bias)</c>, W <c>[K, N]</c> held as blocks of one input by 1, 2, 4, 8, 16 or 32 neighbouring
/// outputs that share a pattern (Fast Sparse ConvNets, arXiv 1911.09723).
/// </summary>
/// <remarks>
/// float32. The stored entries of an output are summed in one chain of fused multiply-adds by ascending input; where blocks are single weights,
/// the entries of even and of odd number are two chains, added last; then the bias is added. Every version sums in this order, so that results
/// before the activation are equal bit for bit, and a row's result does not depend on T, on the other rows or on the threads. The error against
/// exact arithmetic before the activation is at most 2 (n + 2) 2^-24 sum |x_k W_kn|, n being the stored entries of the output.
/// Zeros that are not stored are not multiplied: an infinite or NaN input reaches only the outputs that store an entry for it.
/// Thread-safe; nothing is allocated per run after warm-up.
/// </remarks>
public interface ISparseMatMul
{
    /// <summary>Which version runs.</summary>
    string Version { get; }

    /// <summary>Packs weights.</summary>
    PackedSparse Pack(SparseWeights weights);

    /// <summary>Rows of tokens: <c>y[t, n] = multiplier[t, n] act(sum_k x[t, k] W[k, n] + bias[n])</c>.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, K]</c> float32.</param>
    /// <param name="weights">Packed by this family of this backend.</param>
    /// <param name="epilogue">Bias, activation, multiplier.</param>
    /// <param name="y"><c>[T, N]</c> float32; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    /// <exception cref="ArgumentException">The weights are another backend's.</exception>
    void Run(in Execution execution, View x, PackedSparse weights, in Epilogue epilogue, View y);

    /// <summary>Rows of channels, a 1x1 convolution over P pixels: <c>y[n, p] = act(sum_k x[k, p] W[k, n] + bias[n])</c>.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[K, P]</c> float32.</param>
    /// <param name="weights">Packed by this family of this backend.</param>
    /// <param name="epilogue">Bias <c>[1, N]</c> and activation; no multiplier.</param>
    /// <param name="y"><c>[N, P]</c> float32; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit, or there is a multiplier.</exception>
    /// <exception cref="ArgumentException">The weights are another backend's.</exception>
    void RunChannels(in Execution execution, View x, PackedSparse weights, in Epilogue epilogue, View y);
}
