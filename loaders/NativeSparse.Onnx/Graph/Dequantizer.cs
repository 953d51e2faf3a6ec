namespace NativeSparse.Onnx;

/// <summary>Turns stored integers into numbers.</summary>
internal static class Dequantizer
{
    /// <summary>
    /// DequantizeLinear: <c>(q - zero) * scale</c> with one scale, one per index of an axis, or one per block of <paramref name="blockSize"/>
    /// along that axis.
    /// </summary>
    /// <exception cref="ModelFormatException">The number of scales or zero points does not fit.</exception>
    internal static float[] Linear(
        float[] values, long[] shape, float[] scale, long[] scaleShape, float[]? zeroPoint, long axis, long blockSize, string site)
    {
        if (zeroPoint is not null && zeroPoint.Length != scale.Length)
        {
            throw new ModelFormatException($"'{site}' has {scale.Length} scales and {zeroPoint.Length} zero points", site: site);
        }

        var result = new float[values.Length];
        if (scale.Length == 1)
        {
            for (var i = 0; i < values.Length; i++)
            {
                result[i] = (values[i] - (zeroPoint?[0] ?? 0)) * scale[0];
            }

            return result;
        }

        var place = axis < 0 ? axis + shape.Length : axis;
        if (place < 0 || place >= shape.Length)
        {
            throw new ModelFormatException($"'{site}' quantizes along axis {axis} of a tensor with {shape.Length} dimensions", site: site);
        }

        var inner = shape[((int)place + 1)..].Aggregate(1L, (product, d) => product * d);
        var length = shape[(int)place];
        var block = blockSize > 0 ? blockSize : 1;
        var blocks = (length + block - 1) / block;
        var wanted = blockSize > 0 ? blocks * inner * shape[..(int)place].Aggregate(1L, (product, d) => product * d) : length;
        if (wanted != scale.Length || (blockSize > 0 && scaleShape.Length != shape.Length))
        {
            throw new ModelFormatException($"'{site}' has {scale.Length} scales, expected {wanted}", site: site);
        }

        for (long i = 0; i < values.Length; i++)
        {
            var along = i / inner % length;
            var s = blockSize > 0 ? (((i / inner / length * blocks) + (along / block)) * inner) + (i % inner) : along;
            result[i] = (values[i] - (zeroPoint?[s] ?? 0)) * scale[s];
        }

        return result;
    }

    /// <summary>
    /// MatMulNBits: weights <c>[N, blocks, block * bits / 8]</c>, low bits first, scales <c>[N, blocks]</c>, zero points packed the same way
    /// along the blocks of a row (absent: half the range) or as numbers. Returns <c>[K, N]</c>.
    /// </summary>
    internal static float[] Blocks(byte[] packed, float[] scales, byte[]? packedZeros, float[]? zeros, int k, int n, int bits, int block)
    {
        var blocks = (k + block - 1) / block;
        var rowBytes = (long)blocks * block * bits / 8;
        var zeroRowBytes = ((blocks * bits) + 7) / 8;
        var mask = (1 << bits) - 1;
        var result = new float[(long)k * n];
        for (var column = 0; column < n; column++)
        {
            for (var row = 0; row < k; row++)
            {
                var s = ((long)column * blocks) + (row / block);
                var zero = zeros is not null ? zeros[s]
                    : packedZeros is not null ? Bits(packedZeros, (long)column * zeroRowBytes, row / block, bits, mask)
                    : 1 << (bits - 1);
                result[((long)row * n) + column] = (Bits(packed, column * rowBytes, row, bits, mask) - zero) * scales[s];
            }
        }

        return result;
    }

    private static int Bits(byte[] packed, long start, long index, int bits, int mask)
    {
        var bit = index * bits;
        return (packed[start + (bit / 8)] >> (int)(bit % 8)) & mask;
    }
}
