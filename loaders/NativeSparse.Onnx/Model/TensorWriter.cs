using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>Makes tensor messages from constants.</summary>
internal static class TensorWriter
{
    /// <summary>A tensor with raw data; the bytes are shared with the constant, not copied.</summary>
    /// <exception cref="ArgumentException">The element type is not known, or the shape does not match the number of bytes.</exception>
    internal static TensorProto ToProto(ConstantTensor constant, string name)
    {
        Check(constant);
        var tensor = new TensorProto
        {
            Name = name,
            DataType = (int)ElementTypes.Parse(constant.ElementType),
            RawData = UnsafeByteOperations.UnsafeWrap(constant.Data),
        };
        tensor.Dims.AddRange(constant.Shape);
        return tensor;
    }

    /// <summary>Checks that a constant's shape and bytes agree.</summary>
    /// <exception cref="ArgumentException">They do not, or the element type is not known.</exception>
    internal static void Check(ConstantTensor constant)
    {
        var type = ElementTypes.Parse(constant.ElementType);
        long count = 1;
        foreach (var dimension in constant.Shape)
        {
            ArgumentOutOfRangeException.ThrowIfNegative(dimension, nameof(constant));
            count = checked(count * dimension);
        }

        var bytes = ElementTypes.Bytes((int)type, count);
        if (bytes != constant.Data.Length)
        {
            throw new ArgumentException(
                $"constant '{constant.Name}': {constant.ElementType} [{string.Join(", ", constant.Shape)}] needs {bytes} bytes, found {constant.Data.Length}",
                nameof(constant));
        }
    }
}
