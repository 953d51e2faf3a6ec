namespace NativeSparse.Cli.Timing;

/// <summary>How much faster one runner is than another, from samples taken in the same rounds: theirs / ours.</summary>
/// <param name="Median">Median of the ratios of the rounds.</param>
/// <param name="Lower">Lower end of its 95 % confidence interval (order statistics; no distribution is assumed).</param>
/// <param name="Upper">Upper end.</param>
internal sealed record PairedRatio(double Median, double Lower, double Upper)
{
    private const double Normal95 = 1.96;

    /// <summary>The ratio of two rows of samples.</summary>
    public static PairedRatio Of(double[] theirs, double[] ours)
    {
        double[] ratios = [.. theirs.Zip(ours, (their, our) => their / our).Order()];
        var reach = Normal95 * Math.Sqrt(ratios.Length) / 2;
        var lower = Math.Max(0, (int)Math.Floor((ratios.Length / 2.0) - reach));
        var upper = Math.Min(ratios.Length - 1, (int)Math.Ceiling((ratios.Length / 2.0) + reach));
        return new PairedRatio(MedianOf(ratios), ratios[lower], ratios[upper]);
    }

    /// <summary>The median of samples.</summary>
    public static double MedianOf(IReadOnlyList<double> samples)
    {
        double[] sorted = [.. samples.Order()];
        var middle = sorted.Length / 2;
        return sorted.Length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
    }
}
