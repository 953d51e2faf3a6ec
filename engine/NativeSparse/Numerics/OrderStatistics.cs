namespace NativeSparse.Numerics;

/// <summary>Medians and quantiles by partial sorting, O(n).</summary>
internal static class OrderStatistics
{
    /// <summary>The value at rank <c>floor(share * n)</c>, at most n - 1: a share of the values lies below it. Reorders the values.</summary>
    /// <exception cref="ArgumentException">There are no values.</exception>
    public static float Quantile(Span<float> values, double share)
    {
        if (values.IsEmpty)
        {
            throw new ArgumentException("no values", nameof(values));
        }

        return Select(values, Math.Clamp((int)(share * values.Length), 0, values.Length - 1));
    }

    /// <summary>The middle value (the upper one of two). Reorders the values.</summary>
    public static float Median(Span<float> values) => Quantile(values, 0.5);

    /// <summary>The value at a rank of the ascending order. Reorders the values; NaN counts as the lowest.</summary>
    public static float Select(Span<float> values, int rank)
    {
        while (values.Length > 16)
        {
            var pivot = MedianOfThree(values[0], values[values.Length / 2], values[^1]);
            var (low, next, high) = (0, 0, values.Length);
            while (next < high)
            {
                var order = values[next].CompareTo(pivot);
                if (order < 0)
                {
                    (values[low], values[next]) = (values[next], values[low]);
                    low++;
                    next++;
                }
                else if (order > 0)
                {
                    high--;
                    (values[high], values[next]) = (values[next], values[high]);
                }
                else
                {
                    next++;
                }
            }

            if (rank < low)
            {
                values = values[..low];
            }
            else if (rank < high)
            {
                return pivot;
            }
            else
            {
                values = values[high..];
                rank -= high;
            }
        }

        values.Sort();
        return values[rank];
    }

    private static float MedianOfThree(float a, float b, float c) =>
        a.CompareTo(b) < 0
            ? b.CompareTo(c) < 0 ? b : a.CompareTo(c) < 0 ? c : a
            : a.CompareTo(c) < 0 ? a : b.CompareTo(c) < 0 ? c : b;
}
