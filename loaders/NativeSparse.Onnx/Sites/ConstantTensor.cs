namespace NativeSparse.Onnx;

/// <summary>A constant of a graph: element type, shape and little-endian bytes.</summary>
/// <param name="Name">Suffix of its name (<c>up</c>) when written; its full name when read.</param>
/// <param name="ElementType">float32, float16, bfloat16, float64, int8, uint8, int32, int64, uint4, int4, bool.</param>
/// <param name="Shape">Dimensions.</param>
/// <param name="Data">The elements, row-major, little-endian; 4-bit types two to a byte, low half first.</param>
public sealed record ConstantTensor(string Name, string ElementType, IReadOnlyList<long> Shape, ReadOnlyMemory<byte> Data)
{
    /// <summary>A float32 constant.</summary>
    public static ConstantTensor Create(string name, float[] values, params long[] shape)
    {
        var bytes = new byte[values.Length * sizeof(float)];
        Buffer.BlockCopy(values, 0, bytes, 0, bytes.Length);
        return new ConstantTensor(name, "float32", shape, bytes);
    }

    /// <summary>A uint4 constant from values of 0 to 15, one to a byte.</summary>
    public static ConstantTensor CreateUInt4(string name, ReadOnlySpan<byte> values, params long[] shape)
    {
        var packed = new byte[(values.Length + 1) / 2];
        for (var i = 0; i < values.Length; i++)
        {
            packed[i / 2] |= (byte)((values[i] & 15) << (i % 2 * 4));
        }

        return new ConstantTensor(name, "uint4", shape, packed);
    }

    /// <summary>The first elements of a uint4 constant, one to a byte.</summary>
    public byte[] ToUInt4(int count)
    {
        var values = new byte[count];
        for (var i = 0; i < count; i++)
        {
            values[i] = (byte)((Data.Span[i / 2] >> (i % 2 * 4)) & 15);
        }

        return values;
    }

    /// <summary>The elements of a float32 constant as a new array.</summary>
    /// <exception cref="ModelFormatException">The element type is not float32.</exception>
    public float[] ToSingles()
    {
        if (ElementType != "float32")
        {
            throw new ModelFormatException($"constant '{Name}' is {ElementType}, expected float32", site: Name);
        }

        var values = new float[Data.Length / sizeof(float)];
        Data.Span.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }
}
