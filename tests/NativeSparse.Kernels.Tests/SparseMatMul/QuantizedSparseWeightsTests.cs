using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class QuantizedSparseWeightsTests
{
    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void Blocks_with_a_value_are_kept(int height)
    {
        const int inputs = 10;
        const int outputs = 70;
        var values = new sbyte[inputs * outputs];
        (values[(5 * outputs) + 3], values[(9 * outputs) + 69], values[20]) = (7, -127, 1);
        var dense = new QuantizedWeights(values, Enumerable.Range(1, outputs).Select(n => (float)n).ToArray(), inputs, outputs);
        var sparse = QuantizedSparseWeights.FromDense(dense, height);
        Assert.Equal(values, sparse.ToDense().Values.ToArray());
        Assert.Equal(dense.Scales.ToArray(), sparse.ToDense().Scales.ToArray());
        Assert.Equal(height == 16 ? [1, 0, 2] : [0, 1, 2], sparse.InputBlocks.ToArray());
        Assert.Equal(3 * height * 4, sparse.Values.Length);
        Assert.Equal(3.0 * height * 4 / (inputs * outputs), sparse.Density);
        var expected = new float[values.Length];
        dense.Dequantize(expected);
        Assert.Equal(expected, sparse.Dequantize().ToDense());
    }

    [Fact]
    public void What_a_mask_leaves_out_is_dropped()
    {
        var dense = new QuantizedWeights(Enumerable.Repeat((sbyte)5, 9 * 20).ToArray(), Enumerable.Repeat(1f, 20).ToArray(), 9, 20);
        var sparse = QuantizedSparseWeights.FromDense(dense, 16, [true, false, false, false, false, true]);
        var back = sparse.ToDense().Values.ToArray();
        for (var i = 0; i < back.Length; i++)
        {
            var (k, n) = (i / 20, i % 20);
            Assert.Equal(n < 16 ? k < 4 : k == 8, back[i] == 5);
        }
    }

    [Fact]
    public void What_is_no_sparse_matrix_is_refused()
    {
        var dense = new QuantizedWeights(new sbyte[8], new float[2], 4, 2);
        Assert.Throws<ArgumentNullException>(() => QuantizedSparseWeights.FromDense(null!, 16));
        Assert.Throws<ArgumentOutOfRangeException>(() => QuantizedSparseWeights.FromDense(dense, 8));
        Assert.Throws<ShapeMismatchException>(() => QuantizedSparseWeights.FromDense(dense, 16, [true, true]));
        Assert.Throws<ArgumentOutOfRangeException>(() => new QuantizedSparseWeights(0, 1, 16, new int[2], default, default, new float[1]));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 1], [0], 64, QuantizedWeights.MaxInputWidth + 1));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 1, 1], [0], 64));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 2], [1, 1], 128));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 2], [1, 2], 128));
        Assert.Throws<ShapeMismatchException>(() => Create([0, 1], [0], 63));
        Assert.Throws<ArgumentException>(() => Create([0, 1], [0], 64, value: -128));
        Assert.Throws<ArgumentException>(() => Create([0, 1], [0], 64, scale: float.NaN));
        Assert.Equal(2, Create([0, 2], [0, 1], 128).InputBlocks.Length);
    }

    private static QuantizedSparseWeights Create(int[] starts, int[] blocks, int length, int inputs = 8, sbyte value = 1, float scale = 1) =>
        new(inputs, 16, 16, starts, blocks, Enumerable.Repeat(value, length).ToArray(), Enumerable.Repeat(scale, 16).ToArray());
}
