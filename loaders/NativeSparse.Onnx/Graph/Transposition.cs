namespace NativeSparse.Onnx;

/// <summary>Reorders the axes of a dense array.</summary>
internal static class Transposition
{
    /// <summary>Swaps rows and columns of <c>[rows, columns]</c>: a new array.</summary>
    internal static float[] Matrix(float[] values, int rows, int columns)
    {
        var result = new float[values.Length];
        const int Tile = 32;
        for (var i0 = 0; i0 < rows; i0 += Tile)
        {
            for (var j0 = 0; j0 < columns; j0 += Tile)
            {
                for (var i = i0; i < Math.Min(i0 + Tile, rows); i++)
                {
                    for (var j = j0; j < Math.Min(j0 + Tile, columns); j++)
                    {
                        result[((long)j * rows) + i] = values[((long)i * columns) + j];
                    }
                }
            }
        }

        return result;
    }

    /// <summary>Axis i of the result is axis <c>order[i]</c> of the source: a new array.</summary>
    internal static float[] Apply(float[] values, long[] shape, int[] order)
    {
        if (order is [1, 0])
        {
            return Matrix(values, (int)shape[0], (int)shape[1]);
        }

        var strides = new long[shape.Length];
        for (long i = shape.Length - 1, stride = 1; i >= 0; i--)
        {
            strides[i] = stride;
            stride *= shape[i];
        }

        var result = new float[values.Length];
        var index = new long[order.Length];
        for (var i = 0; i < result.Length; i++)
        {
            long source = 0;
            for (var axis = 0; axis < order.Length; axis++)
            {
                source += index[axis] * strides[order[axis]];
            }

            result[i] = values[source];
            for (var axis = order.Length - 1; axis >= 0 && ++index[axis] == shape[order[axis]]; axis--)
            {
                index[axis] = 0;
            }
        }

        return result;
    }
}
