using NativeSparse.Kernels;
using NativeSparse.Numerics;
using Xunit;

namespace NativeSparse.Tests.Numerics;

public sealed class GramAccumulatorTests
{
    [Theory]
    [InlineData(5, 3, 9)]
    [InlineData(300, 270, 65)]
    public void Sums_are_those_of_plain_loops(int features, int targets, int rows)
    {
        using var backend = BackendCatalog.Open();
        using var products = new MatrixProducts(backend, SerialSplitter.Instance, TestContext.Current.CancellationToken);
        var random = new Random(3);
        var sums = new GramAccumulator(products, features, targets);
        var x = new float[2][];
        var y = new float[2][];
        for (var chunk = 0; chunk < 2; chunk++)
        {
            x[chunk] = [.. Enumerable.Range(0, rows * features).Select(_ => random.NextSingle() - 0.5f)];
            y[chunk] = [.. Enumerable.Range(0, rows * targets).Select(_ => random.NextSingle() - 0.5f)];
            sums.Add(x[chunk], y[chunk], rows);
        }

        double Sum(float[][] right, int columns, int i, int j)
        {
            double sum = 0;
            for (var r = 0; r < 2 * rows; r++)
            {
                sum += (double)x[r / rows][(r % rows * features) + i] * right[r / rows][(r % rows * columns) + j];
            }

            return sum;
        }

        for (var i = 0; i < features; i++)
        {
            for (var j = 0; j < features; j++)
            {
                Assert.Equal(j <= i ? Sum(x, features, i, j) : 0, sums.Gram[(i * features) + j], 1e-4);
            }

            for (var j = 0; j < targets; j++)
            {
                Assert.Equal(Sum(y, targets, i, j), sums.Right[(i * targets) + j], 1e-4);
            }
        }
    }
}
