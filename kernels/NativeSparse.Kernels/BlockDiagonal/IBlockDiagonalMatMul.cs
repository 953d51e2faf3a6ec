namespace NativeSparse.Kernels;

/// <summary>
/// Products with block-diagonal matrices, and the structured linears made of them (StructuredFFN, arXiv 2406.16450). Block b of B maps the
/// inputs <c>[inStart_b, inStart_b + in_b)</c> to the outputs <c>[outStart_b, outStart_b + out_b)</c>; the blocks cut both axes in order, in
/// equal or in different widths.
/// </summary>
/// <remarks>
/// <para>
/// <c>y[t, outStart_b + n] = multiplier * act(sum_k x[t, inStart_b + k] W_b[k, n] + bias[outStart_b + n])</c>: a fraction
/// sum(in_b out_b) / (K N) of the dense work, 1 / B where the blocks are equal.
/// </para>
/// <para>
/// Each block is one product of <see cref="IDenseMatMul"/> over the block's part of each row, with that family's arithmetic and error bound at
/// every precision, K being in_b. int8 and int4: <b>each block's part of a row is rounded with a scale and a zero point of its own</b>; a part
/// that holds a NaN or an infinity makes the outputs of its block NaN and no others of the row.
/// </para>
/// <para>
/// One row, one answer: a row's result does not depend on T, on its position, on the other rows or on the threads, bit for bit.
/// Thread-safe. Nothing is allocated per run after warm-up; <c>reference</c> allocates at int4.
/// </para>
/// </remarks>
public interface IBlockDiagonalMatMul
{
    /// <summary>Which version runs at float32, for reports; <see cref="PackedBlockDiagonal.Version"/> says it for each matrix.</summary>
    string Version { get; }

    /// <summary>Packs blocks.</summary>
    /// <param name="weights">The blocks <c>[in_b, out_b]</c>, each row-major, one after the other.</param>
    /// <param name="blocks">Their widths, at least one block.</param>
    /// <param name="precision">How they are held; at int8 and int4 each block is rounded for itself, as the dense family rounds a matrix.</param>
    /// <exception cref="ShapeMismatchException">There is no block, a width is not positive, or there are more or fewer weights.</exception>
    /// <exception cref="ArgumentException"><paramref name="weights"/> is not finite at int8 or int4.</exception>
    /// <exception cref="NotSupportedException">The backend has no such precision.</exception>
    PackedBlockDiagonal Pack(ReadOnlySpan<float> weights, ReadOnlySpan<DiagonalBlock> blocks, Precision precision);

    /// <summary>Takes matrices that <see cref="IDenseMatMul"/> of this backend packed as the blocks, and owns them from then on.</summary>
    /// <param name="blocks">At least one, all at the same precision; they stay the caller's if this throws.</param>
    /// <exception cref="ShapeMismatchException">There is no block, or the precisions differ.</exception>
    /// <exception cref="ArgumentException">A matrix was packed by another backend.</exception>
    PackedBlockDiagonal Pack(IReadOnlyList<PackedMatrix> blocks);

    /// <summary>Computes the product with a block-diagonal matrix.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, K]</c> float32, any stride.</param>
    /// <param name="weights">Packed by this family of this backend.</param>
    /// <param name="epilogue">Bias, activation, multiplier; the multiplier may be the destination.</param>
    /// <param name="y"><c>[T, N]</c> float32, any stride; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    void Run(in Execution execution, View x, PackedBlockDiagonal weights, in Epilogue epilogue, View y);

    /// <summary>
    /// BlockShuffle (a Monarch product): <c>o = x first</c>; input r of block l of the second matrix is <c>o[t, r B + l]</c>, its output m is
    /// <c>y[t, m B + l]</c>, B being the number of blocks of <paramref name="second"/>. Bias, activation and multiplier are those of y, in y's
    /// order.
    /// </summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, K]</c> float32, any stride.</param>
    /// <param name="first"><c>[K, M]</c>, blocks of any widths.</param>
    /// <param name="second"><c>[M, N]</c>, blocks of one size.</param>
    /// <param name="epilogue">Bias, activation, multiplier; the multiplier may be the destination.</param>
    /// <param name="y"><c>[T, N]</c> float32, any stride; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit, or the blocks of <paramref name="second"/> differ in size.</exception>
    void RunBlockShuffle(
        in Execution execution, View x, PackedBlockDiagonal first, PackedBlockDiagonal second, in Epilogue epilogue, View y);

    /// <summary>BlockDense: <c>y = multiplier * act((x blocks) dense + bias)</c>.</summary>
    /// <param name="execution">Threads, scratch, cancellation.</param>
    /// <param name="x"><c>[T, K]</c> float32, any stride.</param>
    /// <param name="blocks"><c>[K, R]</c>.</param>
    /// <param name="dense"><c>[R, N]</c>, packed by <see cref="IDenseMatMul"/> of this backend, at any precision.</param>
    /// <param name="epilogue">Bias, activation, multiplier; the multiplier may be the destination.</param>
    /// <param name="y"><c>[T, N]</c> float32, any stride; must not overlap <paramref name="x"/>.</param>
    /// <exception cref="ShapeMismatchException">Shapes do not fit.</exception>
    void RunBlockDense(in Execution execution, View x, PackedBlockDiagonal blocks, PackedMatrix dense, in Epilogue epilogue, View y);
}
