namespace NativeSparse.Onnx;

/// <summary>Reorders arrays whose first index runs fastest.</summary>
internal static class FortranOrder
{
    /// <summary>The same elements with the last index running fastest.</summary>
    internal static byte[] ToRowMajor(byte[] data, long[] shape, int width)
    {
        var result = new byte[data.Length];
        var index = new long[shape.Length];
        for (long target = 0; target < data.Length; target += width)
        {
            long source = 0;
            for (var axis = shape.Length - 1; axis >= 0; axis--)
            {
                source = (source * shape[axis]) + index[axis];
            }

            data.AsSpan((int)(source * width), width).CopyTo(result.AsSpan((int)target));
            for (var axis = shape.Length - 1; axis >= 0 && ++index[axis] == shape[axis]; axis--)
            {
                index[axis] = 0;
            }
        }

        return result;
    }
}
