using System.Numerics;

namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// The k experts whose plain sum comes closest to the dense output, by trying every subset: what the labels that judge experts one by one
/// approximate (FactorLLM's second, slower labels).
/// </summary>
internal static class BestSubset
{
    private const int MaxExperts = 12;

    /// <summary>Whether so many experts can be tried exhaustively.</summary>
    public static bool IsFeasible(int experts) => experts <= MaxExperts;

    /// <summary>The subset of least <c>mean over outputs of (sum E_e - o)^2</c>; ties to the lower indices.</summary>
    /// <param name="experts">E_e, <c>[N, O]</c>, each with its share b2 / N of the bias.</param>
    /// <param name="dense">o, <c>[O]</c>.</param>
    /// <param name="k">Size of the subset.</param>
    /// <param name="label">Membership, <c>[N]</c>.</param>
    public static void Find(ReadOnlySpan<float> experts, ReadOnlySpan<float> dense, int k, Span<bool> label)
    {
        var best = double.PositiveInfinity;
        var subset = 0u;
        for (var candidate = 1u; candidate < 1u << label.Length; candidate++)
        {
            if (BitOperations.PopCount(candidate) == k && Distance(experts, dense, candidate) is var distance && distance < best)
            {
                (best, subset) = (distance, candidate);
            }
        }

        for (var e = 0; e < label.Length; e++)
        {
            label[e] = (subset >> e & 1) != 0;
        }
    }

    private static double Distance(ReadOnlySpan<float> experts, ReadOnlySpan<float> dense, uint subset)
    {
        double total = 0;
        for (var o = 0; o < dense.Length; o++)
        {
            double difference = -dense[o];
            for (var rest = subset; rest != 0; rest &= rest - 1)
            {
                difference += experts[(BitOperations.TrailingZeroCount(rest) * dense.Length) + o];
            }

            total += difference * difference;
        }

        return total;
    }
}
