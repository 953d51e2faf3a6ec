namespace NativeSparse.Kernels;

/// <summary>
/// Runs each token through its chosen experts and adds the weighted results:
/// <c>y[t] += scale * sum over chosen e of w[t, e] (E_e(x[t]) + expertBias[e])</c>, E_e(x) = act(x up_e + b_e) down_e, or gated
/// (act(x gate_e + c_e) * (x up_e + b_e)) down_e.
/// </summary>
/// <remarks>
/// bfloat16: up, gate and down are rounded to nearest, ties to even, when they are packed, biases are not; the result is, bit for bit, that of
/// float32 over the rounded weights.
/// int8: tokens are rounded once, as <see cref="IDenseMatMul"/> says; the weighted hidden values of all chosen experts of a token are rounded
/// to -127..127 with one scale, largest magnitude / 127; down products are summed as exact integers over all of them, then
/// y = fma(sum * columnScale, scale, y), then y = fma(weight, expertBias, y) expert by expert.
/// int4: tokens are rounded once, each expert is a feed-forward network as <see cref="IDenseMatMul"/> says, its hidden values rounded again,
/// and y = fma(weight, output, y) expert by expert.
/// Bins tokens by expert, gathers, multiplies grouped, scatters weighted sums; per token the experts are summed in ascending order, so that a
/// row's result does not depend on T, on the other rows or on the threads, bit for bit. Thread-safe; nothing is allocated per run after warm-up.
/// </remarks>
public interface IExpertDispatch
{
    /// <summary>Which version runs.</summary>
    string Version { get; }

    /// <summary>Packs the weights.</summary>
    /// <exception cref="ShapeMismatchException">An array's length does not match the sizes.</exception>
    /// <exception cref="NotSupportedException">The backend has no such precision.</exception>
    PackedExperts Pack(ExpertWeights weights, Precision precision);

    /// <summary>Packs 8-bit weights as they are.</summary>
    /// <exception cref="ShapeMismatchException">An array's length does not match the sizes.</exception>
    PackedExperts Pack(QuantizedExpertWeights weights);

    /// <summary>Packs 4-bit weights as they are.</summary>
    /// <param name="weights">The weights.</param>
    /// <param name="hasGroupScales">As in <see cref="IDenseMatMul.Pack(QuantizedInt4Weights, bool)"/>.</param>
    /// <exception cref="ShapeMismatchException">A matrix or an array does not match the sizes.</exception>
    PackedExperts Pack(QuantizedInt4ExpertWeights weights, bool hasGroupScales = false);

    /// <summary>
    /// Takes ranges of the neurons of one packed network as experts (VersatileFFN, arXiv 2512.14531): they may overlap, and no weight is
    /// copied except by the reference version.
    /// </summary>
    /// <param name="network">
    /// float32, bfloat16 or int8 matrices packed by this backend, all the same; they must outlive the result, which does not own them. Biases
    /// are copied; there must be no down bias, as it belongs to the whole network.
    /// </param>
    /// <param name="slices">One range for each expert.</param>
    /// <exception cref="ShapeMismatchException">A range leaves the network, or the matrices do not fit each other.</exception>
    /// <exception cref="NotSupportedException">The matrices are int4, or not of one precision.</exception>
    PackedExperts Slice(in FeedForwardMatrices network, ReadOnlySpan<ExpertSlice> slices);

    /// <summary>Adds the chosen experts' weighted outputs to <paramref name="y"/>.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, D]</c> float32.</param>
    /// <param name="routing">Chosen experts and weights of each token.</param>
    /// <param name="experts">Packed by this family of this backend.</param>
    /// <param name="scale">Constant factor.</param>
    /// <param name="y"><c>[T, O]</c> float32, accumulated into.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    void Run(in Execution execution, View x, in Routing routing, PackedExperts experts, float scale, View y);

    /// <summary>Packs low-rank deltas, at float32.</summary>
    /// <exception cref="ShapeMismatchException">An array's length does not match the sizes.</exception>
    LowRankExperts Pack(LowRankWeights weights);

    /// <summary>
    /// Adds the weighted outputs of experts that are one shared network and a low-rank delta each:
    /// <c>y[t] += scale * sum over chosen e of w[t, e] E_e(x[t])</c>, every projection of E_e being the network's, with its bias, and the
    /// delta. The shared products run once for each token, at the matrices' own precision: the down product takes the weighted sum of the
    /// experts' hidden values.
    /// </summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, D]</c> float32.</param>
    /// <param name="routing">Chosen experts and weights of each token.</param>
    /// <param name="network">Matrices packed by this backend, at any precision.</param>
    /// <param name="experts">Deltas packed by this family of this backend.</param>
    /// <param name="scale">Constant factor.</param>
    /// <param name="y"><c>[T, O]</c> float32, accumulated into; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    void Run(in Execution execution, View x, in Routing routing, in FeedForwardMatrices network, LowRankExperts experts, float scale, View y);
}
