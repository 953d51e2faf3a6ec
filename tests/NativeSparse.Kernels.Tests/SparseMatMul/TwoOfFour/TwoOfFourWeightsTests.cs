using Xunit;

namespace NativeSparse.Kernels.Tests;

public sealed class TwoOfFourWeightsTests
{
    [Fact]
    public void Free_places_are_filled_and_the_matrix_comes_back()
    {
        var dense = new float[6 * 2];
        (dense[2], dense[6], dense[9], dense[11]) = (1, 2, 3, 4);
        var weights = TwoOfFourWeights.FromDense(dense, 6, 2);

        Assert.Equal(dense, weights.ToDense());
        Assert.Equal(2, weights.Groups);
        Assert.Equal([1 | (3 << 2), 0 | (1 << 2), 0 | (1 << 2), 0 | (1 << 2)], weights.Positions.ToArray());
    }

    [Fact]
    public void Three_of_four_are_refused_with_their_place()
    {
        var dense = new float[8 * 3];
        (dense[(4 * 3) + 1], dense[(5 * 3) + 1], dense[(7 * 3) + 1]) = (1, 1, 1);

        Assert.Contains("3 from input 4 on, output 1", Assert.Throws<ShapeMismatchException>(() => TwoOfFourWeights.FromDense(dense, 8, 3)).Message, StringComparison.Ordinal);
        Assert.Throws<ShapeMismatchException>(() => TwoOfFourWeights.FromDense(dense, 8, 4));
        Assert.Throws<ArgumentOutOfRangeException>(() => TwoOfFourWeights.FromDense(dense, 0, 3));
    }

    [Theory]
    [InlineData(0b0000)]
    [InlineData(0b0001)]
    [InlineData(0b0101)]
    [InlineData(0b10100)]
    public void Places_that_do_not_ascend_are_refused(byte positions) =>
        Assert.Throws<ShapeMismatchException>(() => new TwoOfFourWeights(4, 1, new[] { positions }, new float[2]));

    [Fact]
    public void A_value_beyond_the_last_input_is_refused() =>
        Assert.Throws<ShapeMismatchException>(() => new TwoOfFourWeights(3, 1, new byte[] { 0b1100 }, new float[] { 1, 1 }));
}
