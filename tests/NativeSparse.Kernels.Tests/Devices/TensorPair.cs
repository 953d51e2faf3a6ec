namespace NativeSparse.Kernels.Tests;

/// <summary>A matrix of up and gate by turns as the two matrices of a pair.</summary>
internal sealed class TensorPair
{
    private const int Turn = 4;

    /// <param name="precision">bfloat16 or int8.</param>
    /// <param name="weights">Both, four columns of either by turns.</param>
    /// <param name="columns">What the columns of both are scaled by, at int8.</param>
    /// <param name="bias">Of both.</param>
    /// <param name="inputs">K.</param>
    public TensorPair(Precision precision, float[] weights, ReadOnlySpan<ColumnQuantum> columns, float[] bias, int inputs)
    {
        float[] scales = [.. columns.ToArray().Select(column => column.Scale)];
        (Up, UpBias) = (Layout(precision, weights, scales, bias.Length, inputs, 0), Take(bias, bias.Length, 0));
        (Gate, GateBias) = (Layout(precision, weights, scales, bias.Length, inputs, Turn), Take(bias, bias.Length, Turn));
    }

    public TileLayout Up { get; }

    public TileLayout Gate { get; }

    public float[] UpBias { get; }

    public float[] GateBias { get; }

    private static TileLayout Layout(Precision precision, float[] weights, float[] scales, int columns, int inputs, int first)
    {
        var layout = new TileLayout(precision);
        var own = Take(weights, columns, first);
        if (precision == Precision.Int8)
        {
            layout.Add(own.Select(weight => (sbyte)weight).ToArray(), Take(scales, columns, first), inputs, columns / 2);
        }
        else
        {
            layout.Add(own, inputs, columns / 2);
        }

        return layout;
    }

    /// <summary>Four of every eight columns.</summary>
    private static float[] Take(float[] values, int columns, int first) =>
        [.. values.Where((_, i) => (i % columns % (2 * Turn)) - first is >= 0 and < Turn)];
}
