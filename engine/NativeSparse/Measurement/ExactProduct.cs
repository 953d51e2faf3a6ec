using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>Products in float64, to measure the error of ours.</summary>
internal static class ExactProduct
{
    private const int SampledRows = 3;

    /// <summary>Largest difference of y to x W relative to the largest exact value, over the first, a middle and the last row.</summary>
    /// <param name="x"><c>[T, K]</c>.</param>
    /// <param name="weights"><c>[K, N]</c>.</param>
    /// <param name="y"><c>[T, N]</c>.</param>
    public static unsafe double Error(View x, float[] weights, View y)
    {
        var (error, largest) = (0.0, 0.0);
        var samples = Math.Min(SampledRows, y.Rows);
        for (var sample = 0; sample < samples; sample++)
        {
            var t = sample * (y.Rows - 1) / Math.Max(samples - 1, 1);
            for (var n = 0; n < y.Columns; n++)
            {
                var exact = 0.0;
                for (var k = 0; k < x.Columns; k++)
                {
                    exact += (double)x.Row(t)[k] * weights[(k * y.Columns) + n];
                }

                error = Math.Max(error, Math.Abs(y.Row(t)[n] - exact));
                largest = Math.Max(largest, Math.Abs(exact));
            }
        }

        return error == 0 ? 0 : error / largest;
    }
}
