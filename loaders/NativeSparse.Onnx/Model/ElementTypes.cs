using NativeSparse.Onnx.Protobuf;
using DataType = NativeSparse.Onnx.Protobuf.TensorProto.Types.DataType;

namespace NativeSparse.Onnx;

/// <summary>The element types of tensors: their names, ONNX numbers and sizes.</summary>
internal static class ElementTypes
{
    private static readonly (string Name, DataType Type, int Bits)[] All =
    [
        ("float32", DataType.Float, 32),
        ("float16", DataType.Float16, 16),
        ("bfloat16", DataType.Bfloat16, 16),
        ("float64", DataType.Double, 64),
        ("int8", DataType.Int8, 8),
        ("uint8", DataType.Uint8, 8),
        ("int16", DataType.Int16, 16),
        ("uint16", DataType.Uint16, 16),
        ("int32", DataType.Int32, 32),
        ("uint32", DataType.Uint32, 32),
        ("int64", DataType.Int64, 64),
        ("uint64", DataType.Uint64, 64),
        ("int4", DataType.Int4, 4),
        ("uint4", DataType.Uint4, 4),
        ("bool", DataType.Bool, 8),
        ("complex64", DataType.Complex64, 64),
        ("complex128", DataType.Complex128, 128),
        ("float8e4m3fn", DataType.Float8E4M3Fn, 8),
        ("float8e4m3fnuz", DataType.Float8E4M3Fnuz, 8),
        ("float8e5m2", DataType.Float8E5M2, 8),
        ("float8e5m2fnuz", DataType.Float8E5M2Fnuz, 8),
        ("float4e2m1", DataType.Float4E2M1, 4),
    ];

    /// <summary>The name of an ONNX element type; <c>string</c> for strings, <c>type N</c> for a number that is not known.</summary>
    internal static string Name(int dataType)
    {
        foreach (var entry in All)
        {
            if ((int)entry.Type == dataType)
            {
                return entry.Name;
            }
        }

        return dataType == (int)DataType.String ? "string" : $"type {dataType}";
    }

    /// <summary>Bits of one element, or 0 when the type has no fixed size or is not known.</summary>
    internal static int Bits(int dataType)
    {
        foreach (var entry in All)
        {
            if ((int)entry.Type == dataType)
            {
                return entry.Bits;
            }
        }

        return 0;
    }

    /// <summary>The ONNX element type of a name.</summary>
    /// <exception cref="ArgumentException">The name is not an element type.</exception>
    internal static DataType Parse(string name)
    {
        foreach (var entry in All)
        {
            if (entry.Name == name)
            {
                return entry.Type;
            }
        }

        throw new ArgumentException($"'{name}' is not an element type; expected one of {string.Join(", ", All.Select(e => e.Name))}", nameof(name));
    }

    /// <summary>Bytes of a number of elements; 4-bit types are two to a byte.</summary>
    internal static long Bytes(int dataType, long count)
    {
        var bits = Bits(dataType);
        return bits == 4 ? (count / 2) + (count % 2) : checked(count * (bits / 8));
    }
}
