namespace NativeSparse.Measurement;

/// <summary>A ratio of two contenders that ran in the same rounds, with a 95 % confidence interval of its median.</summary>
/// <param name="Median">The middle ratio.</param>
/// <param name="Low">Lower end of the interval.</param>
/// <param name="High">Upper end of the interval.</param>
public readonly record struct PairedRatio(double Median, double Low, double High)
{
    /// <summary>
    /// Least ratios whose interval holds the true median with 95 % probability: all of fewer lie on the same side of it too often,
    /// 2^(1 - n) of the time.
    /// </summary>
    public const int LeastCount = 6;

    /// <summary>The median and the order statistics around it that hold the true median with 95 % probability; of fewer than <see cref="LeastCount"/> ratios the
    /// smallest and the largest, which do so less often.</summary>
    /// <exception cref="ArgumentException">There is no ratio.</exception>
    public static PairedRatio Of(IEnumerable<double> ratios)
    {
        var sorted = ratios.Order().ToArray();
        if (sorted.Length == 0)
        {
            throw new ArgumentException("expected at least one ratio, got none", nameof(ratios));
        }

        var half = 0.98 * Math.Sqrt(sorted.Length);
        var middle = (sorted.Length - 1) / 2.0;
        var low = (int)Math.Max(Math.Floor(middle - half), 0);
        var high = (int)Math.Min(Math.Ceiling(middle + half), sorted.Length - 1);
        return new PairedRatio(sorted[sorted.Length / 2], sorted[low], sorted[high]);
    }
}
