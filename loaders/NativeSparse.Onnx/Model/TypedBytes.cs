using System.Buffers.Binary;
using NativeSparse.Onnx.Protobuf;
using DataType = NativeSparse.Onnx.Protobuf.TensorProto.Types.DataType;

namespace NativeSparse.Onnx;

/// <summary>Turns the typed fields of a tensor into the bytes its raw field would hold.</summary>
internal static class TypedBytes
{
    /// <summary>Packs a tensor whose number of typed values was checked.</summary>
    internal static byte[] Pack(TensorProto tensor, long length)
    {
        var bytes = new byte[length];
        var span = bytes.AsSpan();
        switch ((DataType)tensor.DataType)
        {
            case DataType.Float or DataType.Complex64:
                for (var i = 0; i < tensor.FloatData.Count; i++)
                {
                    BinaryPrimitives.WriteSingleLittleEndian(span[(4 * i)..], tensor.FloatData[i]);
                }

                break;
            case DataType.Double or DataType.Complex128:
                for (var i = 0; i < tensor.DoubleData.Count; i++)
                {
                    BinaryPrimitives.WriteDoubleLittleEndian(span[(8 * i)..], tensor.DoubleData[i]);
                }

                break;
            case DataType.Int64:
                for (var i = 0; i < tensor.Int64Data.Count; i++)
                {
                    BinaryPrimitives.WriteInt64LittleEndian(span[(8 * i)..], tensor.Int64Data[i]);
                }

                break;
            case DataType.Uint64:
                for (var i = 0; i < tensor.Uint64Data.Count; i++)
                {
                    BinaryPrimitives.WriteUInt64LittleEndian(span[(8 * i)..], tensor.Uint64Data[i]);
                }

                break;
            case DataType.Uint32:
                for (var i = 0; i < tensor.Uint64Data.Count; i++)
                {
                    BinaryPrimitives.WriteUInt32LittleEndian(span[(4 * i)..], unchecked((uint)tensor.Uint64Data[i]));
                }

                break;
            default:
                PackIntegers(tensor, span);
                break;
        }

        return bytes;
    }

    private static void PackIntegers(TensorProto tensor, Span<byte> bytes)
    {
        var width = Math.Max(ElementTypes.Bits(tensor.DataType), 8) / 8;
        for (var i = 0; i < tensor.Int32Data.Count; i++)
        {
            var value = tensor.Int32Data[i];
            switch (width)
            {
                case 1:
                    bytes[i] = unchecked((byte)value);
                    break;
                case 2:
                    BinaryPrimitives.WriteInt16LittleEndian(bytes[(2 * i)..], unchecked((short)value));
                    break;
                default:
                    BinaryPrimitives.WriteInt32LittleEndian(bytes[(4 * i)..], value);
                    break;
            }
        }
    }
}
