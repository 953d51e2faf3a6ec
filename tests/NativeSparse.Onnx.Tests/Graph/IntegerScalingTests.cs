using Xunit;

namespace NativeSparse.Onnx.Tests;

public sealed class IntegerScalingTests
{
    [Theory]
    [InlineData(2)]
    [InlineData(4)]
    [InlineData(8)]
    public void Blocks_of_packed_integers_are_unpacked_low_bits_first(int bits)
    {
        const int K = 19, N = 3, Block = 16;
        var random = new Random(bits);
        var levels = 1 << bits;
        var values = Enumerable.Range(0, N).Select(_ => Enumerable.Range(0, 2 * Block).Select(_ => random.Next(levels)).ToArray()).ToArray();
        var zeros = Enumerable.Range(0, N).Select(_ => Enumerable.Range(0, 2).Select(_ => random.Next(levels)).ToArray()).ToArray();
        float[] scales = [0.5f, 1, 2, 4, 0.25f, 8];

        var found = IntegerScaling.Blocks(Pack(values, bits), scales, Pack(zeros, bits), null, K, N, bits, Block);
        var symmetric = IntegerScaling.Blocks(Pack(values, bits), scales, null, null, K, N, bits, Block);
        var floating = IntegerScaling.Blocks(Pack(values, bits), scales, null, [1, 2, 3, 1, 2, 3], K, N, bits, Block);

        for (var k = 0; k < K; k++)
        {
            for (var n = 0; n < N; n++)
            {
                var (scale, block) = (scales[(2 * n) + (k / Block)], k / Block);
                Assert.Equal((values[n][k] - zeros[n][block]) * scale, found[(k * N) + n]);
                Assert.Equal((values[n][k] - (levels / 2)) * scale, symmetric[(k * N) + n]);
                Assert.Equal((values[n][k] - (((2 * n) + block) % 3) - 1) * scale, floating[(k * N) + n]);
            }
        }
    }

    [Fact]
    public void Scales_are_one_or_per_axis_or_per_block()
    {
        float[] values = [1, 2, 3, 4, 5, 6, 7, 8];

        var one = IntegerScaling.Dequantize(values, [2, 4], [2], [], [1], 1, 0, "test");
        var rows = IntegerScaling.Dequantize(values, [2, 4], [2, 10], [2], null, 0, 0, "test");
        var columns = IntegerScaling.Dequantize(values, [2, 4], [1, 2, 3, 4], [4], [0, 1, 0, 1], -1, 0, "test");
        var blocks = IntegerScaling.Dequantize(values, [2, 4], [1, 2, 3, 4], [2, 2], null, 1, 2, "test");

        Assert.Equal([0f, 2, 4, 6, 8, 10, 12, 14], one);
        Assert.Equal([2f, 4, 6, 8, 50, 60, 70, 80], rows);
        Assert.Equal([1f, 2, 9, 12, 5, 10, 21, 28], columns);
        Assert.Equal([1f, 2, 6, 8, 15, 18, 28, 32], blocks);
    }

    [Fact]
    public void Quantizing_rounds_to_even_and_stays_in_range()
    {
        var found = IntegerScaling.Quantize([0.5f, 1.5f, -7, 300], [4], [1], [], [3], 0, 0, "test", "uint8");

        Assert.Equal([3f, 5, 0, 255], found);
    }

    [Fact]
    public void Numbers_of_scales_that_do_not_fit_are_refused()
    {
        Assert.Throws<ModelFormatException>(() => IntegerScaling.Dequantize([1, 2, 3], [3], [1, 2], [2], null, 0, 0, "test"));
        Assert.Throws<ModelFormatException>(() => IntegerScaling.Dequantize([1, 2, 3], [3], [1, 2, 3], [3], [1], 0, 0, "test"));
        Assert.Throws<ModelFormatException>(() => IntegerScaling.Dequantize([1, 2, 3], [3], [1, 2, 3], [3], null, 4, 0, "test"));
    }

    private static byte[] Pack(int[][] rows, int bits)
    {
        var bytes = new List<byte>();
        foreach (var row in rows)
        {
            var packed = new byte[((row.Length * bits) + 7) / 8];
            for (var i = 0; i < row.Length; i++)
            {
                packed[i * bits / 8] |= (byte)(row[i] << (i * bits % 8));
            }

            bytes.AddRange(packed);
        }

        return [.. bytes];
    }
}
