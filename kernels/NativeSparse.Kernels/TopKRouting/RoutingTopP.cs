namespace NativeSparse.Kernels;

/// <summary>Top-p: scores sorted as integers with their index behind, then taken until their share is enough.</summary>
internal static unsafe class RoutingTopP
{
    /// <param name="scores">What is compared.</param>
    /// <param name="experts">E.</param>
    /// <param name="options">The mass and, where K is not 0, the most experts.</param>
    /// <param name="buffer">Room for E 64-bit values.</param>
    /// <param name="chosen">The result, by ascending index.</param>
    public static int Choose(float* scores, int experts, in RoutingOptions options, ulong* buffer, int* chosen)
    {
        var highest = double.NegativeInfinity;
        for (var e = 0; e < experts; e++)
        {
            // Descending scores, then ascending indices, as ascending integers.
            buffer[e] = ((ulong)~(uint)(RoutingKeys.Of(scores[e]) ^ int.MinValue) << 32) | (uint)e;
            highest = scores[e] > highest ? scores[e] : highest;
        }

        var sum = 0.0;
        for (var e = 0; e < experts; e++)
        {
            sum += Power(scores[e], highest);
        }

        new Span<ulong>(buffer, experts).Sort();
        var limit = options.K > 0 ? options.K : experts;
        var (count, reached) = (0, 0.0);
        while (count < limit && (count == 0 || reached < options.Mass * sum))
        {
            var expert = (int)(uint)buffer[count];
            reached += Power(scores[expert], highest);
            chosen[count++] = expert;
        }

        new Span<int>(chosen, count).Sort();
        return count;
    }

    /// <summary>e^(score - highest); 0 for NaN, the lowest score.</summary>
    public static double Power(float score, double highest) => float.IsNaN(score) ? 0 : score == highest ? 1 : Math.Exp(score - highest);
}
