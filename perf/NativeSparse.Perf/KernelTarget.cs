namespace NativeSparse.Perf;

/// <summary>A figure that the kernels are to reach, and what a record says of it.</summary>
/// <param name="Work">What is measured, and against what.</param>
/// <param name="Must">The least that is asked for.</param>
/// <param name="Stretch">What is aimed at, or null.</param>
/// <param name="Values">Each measured case.</param>
/// <param name="IsEach">Whether every case must reach it; else their median.</param>
internal sealed record KernelTarget(
    string Work, double Must, double? Stretch, IReadOnlyList<(string Case, double Value)> Values, bool IsEach = false)
{
    /// <summary>The median of the cases, or the least of them.</summary>
    public double Measured
    {
        get
        {
            var sorted = Values.Select(value => value.Value).Order().ToArray();
            return IsEach ? sorted[0] : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
        }
    }

    /// <summary>Whether it is at least what must be, in the two digits that are shown.</summary>
    public bool IsReached => Math.Round(Measured, 2) >= Must;
}
