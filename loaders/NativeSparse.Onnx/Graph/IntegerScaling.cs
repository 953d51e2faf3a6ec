namespace NativeSparse.Onnx;

/// <summary>Turns stored integers into numbers, and constants into the integers that a QuantizeLinear makes of them.</summary>
internal static class IntegerScaling
{
    /// <summary>
    /// DequantizeLinear: <c>(q - zero) * scale</c> with one scale, one per index of an axis, or one per block of <paramref name="blockSize"/>
    /// along that axis.
    /// </summary>
    /// <exception cref="ModelFormatException">The number of scales or zero points does not fit.</exception>
    internal static float[] Dequantize(
        float[] values, long[] shape, float[] scale, long[] scaleShape, float[]? zeroPoint, long axis, long blockSize, string site) =>
        Apply(values, shape, scale, scaleShape, zeroPoint, axis, blockSize, site, (value, s, zero) => (value - zero) * s);

    /// <summary>QuantizeLinear: <c>round(v / scale) + zero</c>, ties to even, kept in the range of the integer type; scales as in <see cref="Dequantize"/>.</summary>
    /// <exception cref="ModelFormatException">The number of scales or zero points does not fit.</exception>
    internal static float[] Quantize(
        float[] values, long[] shape, float[] scale, long[] scaleShape, float[]? zeroPoint, long axis, long blockSize, string site, string type)
    {
        var (low, high) = type switch
        {
            "int8" => (-128f, 127f),
            "int16" => (-32768f, 32767f),
            "uint16" => (0f, 65535f),
            "int4" => (-8f, 7f),
            "uint4" => (0f, 15f),
            _ => (0f, 255f),
        };
        return Apply(
            values, shape, scale, scaleShape, zeroPoint, axis, blockSize, site,
            (value, s, zero) => Math.Clamp(MathF.Round(value / s, MidpointRounding.ToEven) + zero, low, high));
    }

    private static float[] Apply(
        float[] values, long[] shape, float[] scale, long[] scaleShape, float[]? zeroPoint, long axis, long blockSize, string site,
        Func<float, float, float, float> function)
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
                result[i] = function(values[i], scale[0], zeroPoint?[0] ?? 0);
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
            result[i] = function(values[i], scale[s], zeroPoint?[s] ?? 0);
        }

        return result;
    }

    /// <summary>
    /// MatMulNBits: weights <c>[N, blocks, block * bits / 8]</c>, low bits first, scales <c>[N, blocks]</c>, zero points packed the same way
    /// along the blocks of a row (absent: half the range) or as numbers. <paramref name="groups"/> names the block whose scale and zero point
    /// each row of K takes (absent: its own). Returns <c>[K, N]</c>.
    /// </summary>
    internal static float[] Blocks(
        byte[] packed, float[] scales, byte[]? packedZeros, float[]? zeros, int k, int n, int bits, int block, int[]? groups = null)
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
                var group = groups is null ? row / block : groups[row];
                var s = ((long)column * blocks) + group;
                var zero = zeros is not null ? zeros[s]
                    : packedZeros is not null ? Bits(packedZeros, (long)column * zeroRowBytes, group, bits, mask)
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
