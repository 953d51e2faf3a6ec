namespace NativeSparse.Onnx;

/// <summary>The number of bytes that a declared shape needs, checked before anything is allocated.</summary>
internal static class TensorSize
{
    /// <summary>Bytes of a shape.</summary>
    /// <exception cref="ModelFormatException">A negative size, or more than one array holds.</exception>
    internal static long Bytes(IReadOnlyList<long> shape, int width, string name, string path)
    {
        long bytes = width;
        foreach (var size in shape)
        {
            if (size < 0)
            {
                throw new ModelFormatException($"tensor '{name}': shape [{string.Join(", ", shape)}] holds a negative number", path, name);
            }

            if (bytes > 0 && size > Array.MaxLength / bytes)
            {
                throw new ModelFormatException($"tensor '{name}': shape [{string.Join(", ", shape)}] is larger than one array ({Array.MaxLength} bytes)", path, name);
            }

            bytes *= size;
        }

        return bytes;
    }
}
