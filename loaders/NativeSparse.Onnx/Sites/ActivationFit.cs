namespace NativeSparse.Onnx;

/// <summary>What a scalar region was recognized as.</summary>
/// <param name="Name">The activation; null when nothing fits clearly.</param>
/// <param name="Scale">The region computes this times the activation.</param>
/// <param name="Gate">Of two variables, the index of the one that goes through the activation.</param>
/// <param name="Reason">Why nothing fits.</param>
internal sealed record ActivationFit(string? Name, double Scale, int Gate, string Reason)
{
    /// <summary>Largest difference from a known function in a file whose constants have float32 precision.</summary>
    internal const double Tolerance = 1e-4;

    /// <summary>The same for constants of 16 bits.</summary>
    internal const double HalfTolerance = 1e-2;

    private const double Margin = 2.5;

    /// <summary>The values of a single variable at which regions are compared: near zero densely, odd steps so that no kink is hit exactly.</summary>
    internal static double[] PlainGrid { get; } = [.. Enumerable.Range(0, 397).Select(i => -12 + (i * 0.0607))];

    /// <summary>First and second variable of the points at which gated regions are compared.</summary>
    internal static (double[] First, double[] Second) GatedGrid { get; } = MakeGatedGrid();

    /// <summary>Fits <c>c * act(s)</c> to the values of a region on <see cref="PlainGrid"/>.</summary>
    internal static ActivationFit Plain(double[] values, bool half) =>
        Best([Candidates(values, PlainGrid, null, 0, half)], half);

    /// <summary>Fits <c>c * act(s) * u</c> or <c>c * act(u) * s</c> to the values of a region on <see cref="GatedGrid"/>.</summary>
    internal static ActivationFit Gated(double[] values, bool half) =>
        Best([Candidates(values, GatedGrid.First, GatedGrid.Second, 0, half), Candidates(values, GatedGrid.Second, GatedGrid.First, 1, half)], half);

    private static ActivationFit Best(IEnumerable<IEnumerable<(string Name, double Scale, double Error, int Gate)>> candidates, bool half)
    {
        var ranked = candidates.SelectMany(c => c).OrderBy(c => c.Error).ToList();
        if (ranked.Count == 0)
        {
            return new ActivationFit(null, 1, 0, "the function between the linears is not finite");
        }

        var best = ranked[0];
        if (best.Error > (half ? HalfTolerance : Tolerance))
        {
            return new ActivationFit(
                null, 1, 0, FormattableString.Invariant($"unknown activation: nearest is {best.Name}, off by {best.Error:G2}"));
        }

        var second = ranked.FirstOrDefault(c => c.Name != best.Name);
        return second.Name is not null && second.Error < Math.Max(Margin * best.Error, 2e-5)
            ? new ActivationFit(
                null, 1, 0,
                FormattableString.Invariant($"the activation is not clear: {best.Name} (off by {best.Error:G2}) or {second.Name} (off by {second.Error:G2})"))
            : new ActivationFit(best.Name, best.Scale, best.Gate, "");
    }

    private static IEnumerable<(string Name, double Scale, double Error, int Gate)> Candidates(
        double[] values, double[] grid, double[]? factor, int gate, bool half)
    {
        if (values.Length != grid.Length || !Array.TrueForAll(values, double.IsFinite))
        {
            yield break;
        }

        foreach (var (name, function) in Functions(values, grid, factor, half))
        {
            double product = 0;
            double square = 0;
            for (var i = 0; i < grid.Length; i++)
            {
                var expected = function(grid[i]) * (factor?[i] ?? 1);
                product += expected * values[i];
                square += expected * expected;
            }

            var scale = Rounded(product / square, half);
            if (!double.IsFinite(scale) || Math.Abs(scale) < 1e-6)
            {
                continue;
            }

            double error = 0;
            for (var i = 0; i < grid.Length; i++)
            {
                var expected = function(grid[i]) * (factor?[i] ?? 1);
                error = Math.Max(error, Math.Abs((values[i] / scale) - expected) / Math.Max(1, Math.Abs(expected) / 10));
            }

            yield return (name, scale, error, gate);
        }
    }

    private static IEnumerable<(string Name, Func<double, double> Function)> Functions(double[] values, double[] grid, double[]? factor, bool half)
    {
        foreach (var known in KnownActivations.All)
        {
            yield return known;
        }

        var low = 0;
        var high = grid.Length - 1;
        for (var i = 0; i < grid.Length; i++)
        {
            low = grid[i] < grid[low] ? i : low;
            high = grid[i] > grid[high] ? i : high;
        }

        var slope = values[low] / (factor?[low] ?? 1) / grid[low] / (values[high] / (factor?[high] ?? 1) / grid[high]);
        if (double.IsFinite(slope) && slope is > 1e-6 and < 0.999)
        {
            yield return KnownActivations.LeakyRelu(slope, half ? 1e-3 : 1e-6);
        }
    }

    /// <summary>A scale that is a simple fraction but for the rounding of the file's constants.</summary>
    private static double Rounded(double scale, bool half)
    {
        var simple = Math.Round(scale * 64) / 64;
        return simple != 0 && Math.Abs(simple - scale) <= (half ? 2e-3 : 2e-6) * Math.Abs(scale) ? simple : scale;
    }

    private static (double[] First, double[] Second) MakeGatedGrid()
    {
        // A sequence of low discrepancy fills the square: either variable alone covers its range as finely as the other.
        var first = new double[601];
        var second = new double[601];
        for (var i = 0; i < first.Length; i++)
        {
            first[i] = -9 + (18.1 * (i * 0.7548776662466927 % 1));
            second[i] = -9 + (18.1 * (i * 0.5698402909980532 % 1));
        }

        return (first, second);
    }
}
