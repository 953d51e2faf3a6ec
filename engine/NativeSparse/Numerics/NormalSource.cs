namespace NativeSparse.Numerics;

/// <summary>Seeded standard normal numbers (Box-Muller). The same seed gives the same numbers. Not thread-safe.</summary>
internal sealed class NormalSource(int seed)
{
    private readonly Random _random = new(seed);
    private double _spare = double.NaN;

    /// <summary>The next number, mean 0, variance 1.</summary>
    public double Next()
    {
        if (!double.IsNaN(_spare))
        {
            var spare = _spare;
            _spare = double.NaN;
            return spare;
        }

        var radius = Math.Sqrt(-2 * Math.Log(1 - _random.NextDouble()));
        var (sin, cos) = Math.SinCos(2 * Math.PI * _random.NextDouble());
        _spare = radius * sin;
        return radius * cos;
    }
}
