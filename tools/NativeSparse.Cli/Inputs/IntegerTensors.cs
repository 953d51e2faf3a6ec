using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inputs;

/// <summary>Whole numbers as tensors of whatever element type a graph input has.</summary>
internal static class IntegerTensors
{
    /// <summary>A tensor of the input's element type.</summary>
    /// <exception cref="InputException">A number does not fit the element type.</exception>
    public static ConstantTensor Create(ModelInput input, ReadOnlySpan<long> values, long[] shape)
    {
        var size = ElementNames.Size(input.ElementType, input.Name);
        var data = new byte[values.Length * size];
        for (var i = 0; i < values.Length; i++)
        {
            Write(input, values[i], data.AsSpan(i * size, size));
        }

        return new ConstantTensor(input.Name, input.ElementType, shape, data);
    }

    private static void Write(ModelInput input, long value, Span<byte> destination)
    {
        try
        {
            checked
            {
                _ = input.ElementType switch
                {
                    "int64" => BitConverter.TryWriteBytes(destination, value),
                    "int32" => BitConverter.TryWriteBytes(destination, (int)value),
                    "int16" => BitConverter.TryWriteBytes(destination, (short)value),
                    "int8" => WriteByte(destination, unchecked((byte)checked((sbyte)value))),
                    "uint8" => WriteByte(destination, (byte)value),
                    "uint16" => BitConverter.TryWriteBytes(destination, (ushort)value),
                    "uint32" => BitConverter.TryWriteBytes(destination, (uint)value),
                    "uint64" => BitConverter.TryWriteBytes(destination, (ulong)value),
                    "bool" => WriteByte(destination, value == 0 ? (byte)0 : (byte)1),
                    "float32" => BitConverter.TryWriteBytes(destination, (float)value),
                    "float64" => BitConverter.TryWriteBytes(destination, (double)value),
                    "float16" => BitConverter.TryWriteBytes(destination, (Half)value),
                    _ => throw new InputException($"input '{input.Name}' of type {input.ElementType} cannot be filled with whole numbers"),
                };
            }
        }
        catch (OverflowException exception)
        {
            throw new InputException($"input '{input.Name}': {value} does not fit {input.ElementType} ({exception.Message})");
        }
    }

    private static bool WriteByte(Span<byte> destination, byte value)
    {
        destination[0] = value;
        return true;
    }
}
