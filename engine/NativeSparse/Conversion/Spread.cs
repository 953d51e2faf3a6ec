namespace NativeSparse.Conversion;

/// <summary>Mean and standard deviation over seeds.</summary>
/// <param name="Mean">The mean.</param>
/// <param name="Sd">The sample standard deviation.</param>
public sealed record Spread(double Mean, double Sd)
{
    /// <summary>The spread of a few values.</summary>
    public static Spread Of(IReadOnlyList<double> values)
    {
        var mean = values.Average();
        var variance = values.Count > 1 ? values.Sum(value => (value - mean) * (value - mean)) / (values.Count - 1) : 0;
        return new Spread(mean, Math.Sqrt(variance));
    }
}
