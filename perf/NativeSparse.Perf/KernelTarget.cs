namespace NativeSparse.Perf;

/// <summary>A figure that the kernels are to reach, and what a record says of it.</summary>
/// <param name="Work">What is measured, and against what.</param>
/// <param name="Must">The least that is asked for.</param>
/// <param name="Stretch">What is aimed at, or null.</param>
/// <param name="Values">Each measured case.</param>
/// <param name="IsEach">Whether every case must reach it; else their median.</param>
/// <param name="Whole">The ratio of all cases' times together, where that must reach it.</param>
internal sealed record KernelTarget(
    string Work, double Must, double? Stretch, IReadOnlyList<(string Case, double Value)> Values, bool IsEach = false, double? Whole = null)
{
    /// <summary>The median of the cases, the least of them, or <see cref="Whole"/>.</summary>
    public double Measured
    {
        get
        {
            if (Whole is { } whole)
            {
                return whole;
            }

            var sorted = Values.Select(value => value.Value).Order().ToArray();
            return IsEach ? sorted[0] : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>Whether it is at least what must be, in the two digits that are shown.</summary>
    public bool IsReached => Math.Round(Measured, 2) >= Must;
}
