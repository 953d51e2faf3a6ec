using NativeSparse.Kernels;
using NativeSparse.Numerics;
using Xunit;

namespace NativeSparse.Tests.Numerics;

public sealed class CholeskyFactorTests
{
    [Theory]
    [InlineData(1, 1)]
    [InlineData(7, 3)]
    [InlineData(64, 32)]
    [InlineData(131, 37)]
    [InlineData(197, 5)]
    public void Nested_solutions_solve_their_leading_problems(int size, int columns)
    {
        var normal = new NormalSource(size);
        double[] Fill(int count) => [.. Enumerable.Range(0, count).Select(_ => normal.Next())];
        var root = Fill(size * size);
        var right = Fill(size * columns);
        var matrix = new double[size * size];
        for (var i = 0; i < size * size; i++)
        {
            var (row, column) = (i / size, i % size);
            matrix[i] = (row == column ? 1 : 0) + Enumerable.Range(0, size).Sum(k => root[(row * size) + k] * root[(column * size) + k]);
        }

        var factor = CholeskyFactor.Create((double[])matrix.Clone(), size, new ThreadPoolSplitter(2), TestContext.Current.CancellationToken);
        var forward = (double[])right.Clone();
        factor.SolveLower(forward, columns);
        foreach (var leading in new[] { 1, (size + 1) / 2, size })
        {
            var solution = factor.SolveUpper(forward, columns, leading);
            for (var i = 0; i < leading * columns; i++)
            {
                var (row, column) = (i / columns, i % columns);
                var sum = Enumerable.Range(0, leading).Sum(k => matrix[(row * size) + k] * solution[(k * columns) + column]);
                Assert.Equal(right[i], sum, 1e-8 * size);
            }
        }
    }

    [Fact]
    public void A_matrix_that_is_not_positive_definite_is_refused() =>
        Assert.Throws<ArithmeticException>(
            () => CholeskyFactor.Create([1, 0, 2, 1], 2, SerialSplitter.Instance, TestContext.Current.CancellationToken));
}
