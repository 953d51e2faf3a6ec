namespace NativeSparse.Measurement;

/// <summary>The times of one contender, one for each round, in milliseconds.</summary>
/// <param name="Name">Which contender.</param>
/// <param name="Milliseconds">In the order of the rounds.</param>
public sealed record TimingSamples(string Name, IReadOnlyList<double> Milliseconds)
{
    /// <summary>The middle time.</summary>
    public double Median => Quantile(0.5);

    /// <summary>The time that a tenth of the rounds beat: what an undisturbed machine does.</summary>
    public double P10 => Quantile(0.1);

    /// <summary>This contender's time over <paramref name="other"/>'s, round by round: above 1, the other is faster.</summary>
    /// <exception cref="ArgumentException">The rounds are not the same.</exception>
    public PairedRatio Over(TimingSamples other)
    {
        ArgumentNullException.ThrowIfNull(other);
        if (other.Milliseconds.Count != Milliseconds.Count)
        {
            throw new ArgumentException($"expected {Milliseconds.Count} rounds, got {other.Milliseconds.Count}", nameof(other));
        }

        return PairedRatio.Of(Milliseconds.Zip(other.Milliseconds, (mine, theirs) => mine / theirs));
    }

    private double Quantile(double share)
    {
        var sorted = Milliseconds.Order().ToArray();
        return sorted[(int)Math.Min(sorted.Length * share, sorted.Length - 1)];
    }
}
