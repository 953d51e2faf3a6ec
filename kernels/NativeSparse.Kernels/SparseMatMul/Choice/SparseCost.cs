namespace NativeSparse.Kernels;

/// <summary>What a product costs in one layout, in nanoseconds a token.</summary>
/// <param name="Layout">Which layout.</param>
/// <param name="Tokens">With how many tokens it was measured.</param>
/// <param name="PerInput">For each of K inputs.</param>
/// <param name="PerOutput">For each of N outputs.</param>
/// <param name="PerValue">For each value that the layout stores, at each of <see cref="Densities"/>; between them it is interpolated.</param>
public sealed record SparseCost(SparseLayout Layout, int Tokens, double PerInput, double PerOutput, IReadOnlyList<double> PerValue)
{
    /// <summary>Stored values over K N, ascending.</summary>
    public static IReadOnlyList<double> Densities { get; } = [0.05, 0.1, 0.2, 0.35, 0.5];

    /// <summary>Nanoseconds a token.</summary>
    public double Estimate(int inputWidth, int outputWidth, long storedValues)
    {
        var (time, density) = ((PerInput * inputWidth) + (PerOutput * outputWidth), storedValues / ((double)inputWidth * outputWidth));
        for (var i = 0; i < PerValue.Count; i++)
        {
            time += PerValue[i] * storedValues * Share(i, density);
        }

        return time;
    }

    /// <summary>How much of one of <see cref="Densities"/> a density is: 1 there and beyond the ends, 0 at the next ones.</summary>
    internal static double Share(int index, double density)
    {
        density = Math.Clamp(density, Densities[0], Densities[^1]);
        var (here, below, above) = (Densities[index], index == 0 ? 0 : Densities[index - 1], index == Densities.Count - 1 ? 1 : Densities[index + 1]);
        return Math.Clamp(density <= here ? (density - below) / (here - below) : (above - density) / (above - here), 0, 1);
    }
}
