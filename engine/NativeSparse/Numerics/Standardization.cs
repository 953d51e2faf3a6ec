namespace NativeSparse.Numerics;

/// <summary>Shifts and scales columns to mean 0 and deviation 1.</summary>
internal static class Standardization
{
    /// <summary>The means of the columns and the inverses of their standard deviations (0 for a constant column).</summary>
    /// <param name="rows"><c>[N, width]</c>.</param>
    /// <param name="width">Columns.</param>
    public static (double[] Mean, double[] Inverse) Of(float[] rows, int width)
    {
        var count = rows.Length / width;
        var mean = new double[width];
        var inverse = new double[width];
        for (var i = 0; i < rows.Length; i += width)
        {
            for (var d = 0; d < width; d++)
            {
                mean[d] += rows[i + d];
            }
        }

        for (var d = 0; d < width; d++)
        {
            mean[d] /= count;
        }

        for (var i = 0; i < rows.Length; i += width)
        {
            for (var d = 0; d < width; d++)
            {
                var difference = rows[i + d] - mean[d];
                inverse[d] += difference * difference;
            }
        }

        for (var d = 0; d < width; d++)
        {
            var deviation = Math.Sqrt(inverse[d] / count);
            inverse[d] = deviation > 1e-6 * Math.Abs(mean[d]) && deviation > 0 ? 1 / deviation : 0;
        }

        return (mean, inverse);
    }

    /// <summary>The shifted and scaled rows.</summary>
    public static float[] Apply(float[] rows, double[] mean, double[] inverse)
    {
        var scaled = new float[rows.Length];
        for (var i = 0; i < rows.Length; i += mean.Length)
        {
            for (var d = 0; d < mean.Length; d++)
            {
                scaled[i + d] = (float)((rows[i + d] - mean[d]) * inverse[d]);
            }
        }

        return scaled;
    }
}
