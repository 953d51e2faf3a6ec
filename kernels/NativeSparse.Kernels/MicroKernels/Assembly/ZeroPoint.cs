namespace NativeSparse.Kernels;

/// <summary>
/// Zero points and sums as pairs of 16-bit numbers whose two products add up to <c>-zero * sum</c>: <c>(-z)(s mod 128) + (-128 z)(s div 128)</c>,
/// so that one instruction starts an accumulator, exactly.
/// </summary>
internal static class ZeroPoint
{
    /// <summary>Largest magnitude of a column's sum; K s8 weights stay below it up to K = 33,024.</summary>
    public const int MaxSum = (short.MaxValue * 128) + 127;

    /// <param name="zero">0 to 255.</param>
    public static int OfRow(int zero) => (-zero & 0xFFFF) | (-128 * zero) << 16;

    /// <param name="sum">At most <see cref="MaxSum"/> in magnitude.</param>
    /// <exception cref="OverflowException">It is larger: K is too long for this start.</exception>
    public static int OfColumn(int sum) => Math.Abs((long)sum) <= MaxSum
        ? (sum & 127) | (sum >> 7) << 16
        : throw new OverflowException($"a column of weights sums up to {sum}; accumulators can start with sums up to {MaxSum}");
}
