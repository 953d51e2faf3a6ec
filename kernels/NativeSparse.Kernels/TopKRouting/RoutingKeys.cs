namespace NativeSparse.Kernels;

/// <summary>Scores as integers of the same order: NaN below everything, both zeros equal.</summary>
internal static unsafe class RoutingKeys
{
    /// <summary>Fills keys and padding (never chosen); returns the lowest and the highest key.</summary>
    public static (int Lowest, int Highest) Fill(float* scores, int* keys, int experts, int padded)
    {
        var lowest = int.MaxValue;
        var highest = int.MinValue;
        for (var e = 0; e < experts; e++)
        {
            var bits = BitConverter.SingleToInt32Bits(scores[e] + 0f);
            var key = float.IsNaN(scores[e]) ? int.MinValue + 1 : bits ^ ((bits >> 31) & int.MaxValue);
            keys[e] = key;
            lowest = Math.Min(lowest, key);
            highest = Math.Max(highest, key);
        }

        for (var e = experts; e < padded; e++)
        {
            keys[e] = int.MinValue;
        }

        return (lowest, highest);
    }

    /// <summary>The experts whose key is above the pivot, and the first <paramref name="ties"/> whose key equals it, by ascending index.</summary>
    public static int Collect(int* keys, int experts, int pivot, int ties, int* chosen)
    {
        var count = 0;
        for (var e = 0; e < experts; e++)
        {
            if (keys[e] > pivot)
            {
                chosen[count++] = e;
            }
            else if (keys[e] == pivot && ties > 0)
            {
                chosen[count++] = e;
                ties--;
            }
        }

        return count;
    }
}
