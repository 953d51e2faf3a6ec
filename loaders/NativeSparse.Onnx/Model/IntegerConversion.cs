using System.Buffers.Binary;
using System.Numerics;
using DataType = NativeSparse.Onnx.Protobuf.TensorProto.Types.DataType;

namespace NativeSparse.Onnx;

/// <summary>Turns the stored bytes of integer tensors into values of one integer type.</summary>
internal static class IntegerConversion
{
    /// <summary>Converts whole elements; a 4-bit type yields two per byte, the low half first, but never more than the destination holds.</summary>
    /// <returns>Number of values written.</returns>
    /// <exception cref="OverflowException">A value does not fit <typeparamref name="T"/>.</exception>
    internal static int Convert<T>(ReadOnlySpan<byte> source, DataType type, Span<T> destination)
        where T : struct, IBinaryInteger<T>
    {
        if (type is DataType.Int4 or DataType.Uint4)
        {
            return ConvertHalves(source, type == DataType.Int4, destination);
        }

        var width = ElementTypes.Bits((int)type) / 8;
        var count = source.Length / width;
        for (var i = 0; i < count; i++)
        {
            var element = source[(i * width)..];
            destination[i] = type switch
            {
                DataType.Int8 => T.CreateChecked((sbyte)element[0]),
                DataType.Uint8 or DataType.Bool => T.CreateChecked(element[0]),
                DataType.Int16 => T.CreateChecked(BinaryPrimitives.ReadInt16LittleEndian(element)),
                DataType.Uint16 => T.CreateChecked(BinaryPrimitives.ReadUInt16LittleEndian(element)),
                DataType.Int32 => T.CreateChecked(BinaryPrimitives.ReadInt32LittleEndian(element)),
                DataType.Uint32 => T.CreateChecked(BinaryPrimitives.ReadUInt32LittleEndian(element)),
                DataType.Int64 => T.CreateChecked(BinaryPrimitives.ReadInt64LittleEndian(element)),
                _ => T.CreateChecked(BinaryPrimitives.ReadUInt64LittleEndian(element)),
            };
        }

        return count;
    }

    private static int ConvertHalves<T>(ReadOnlySpan<byte> source, bool signed, Span<T> destination)
        where T : struct, IBinaryInteger<T>
    {
        var count = (int)Math.Min(2L * source.Length, destination.Length);
        for (var i = 0; i < count; i++)
        {
            var half = (source[i / 2] >> (4 * (i % 2))) & 15;
            destination[i] = T.CreateChecked(signed && half > 7 ? half - 16 : half);
        }

        return count;
    }
}
