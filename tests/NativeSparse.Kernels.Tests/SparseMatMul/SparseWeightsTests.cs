using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class SparseWeightsTests
{
    [Theory]
    [InlineData(1, 6)]
    [InlineData(2, 10)]
    [InlineData(4, 20)]
    public void Blocks_with_a_value_are_kept(int height, int stored)
    {
        float[] dense =
        [
            1, 0, 0, 0, 5,
            0, 0, 2, 3, 0,
            0, 0, 0, 0, 0,
            0, 4, 0, 0, 6,
        ];
        var weights = SparseWeights.FromDense(dense, 4, 5, height);
        Assert.Equal(dense, weights.ToDense());
        Assert.Equal(stored, weights.Values.Length);
        Assert.Equal((double)weights.Values.Length / 20, weights.Density);
    }

    [Fact]
    public void What_is_no_sparse_matrix_is_refused()
    {
        Assert.Throws<ArgumentOutOfRangeException>(() => SparseWeights.FromDense([1], 1, 1, 3));
        Assert.Throws<ArgumentOutOfRangeException>(() => SparseWeights.FromDense([], 0, 1, 1));
        Assert.Throws<ShapeMismatchException>(() => SparseWeights.FromDense([1, 2], 1, 1, 1));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 1], [0, 1], [1, 2]));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 2, 2], [1, 0], [1, 2]));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 2, 2], [1, 1], [1, 2]));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 1, 2], [0, 9], [1, 2]));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 1, 2], [0, 1], [1]));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 3, 2], [0, 1], [1, 2]));
        Assert.Equal([1, 0, 0, 2], Create([0, 1, 2], [0, 1], [1, 2]).ToDense());
    }

    private static SparseWeights Create(int[] starts, int[] inputs, float[] values) => new(2, 2, 1, starts, inputs, values);
}
