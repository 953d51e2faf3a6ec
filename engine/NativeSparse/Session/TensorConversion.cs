using System.Numerics.Tensors;
using Microsoft.ML.OnnxRuntime;
using TensorElementType = Microsoft.ML.OnnxRuntime.Tensors.TensorElementType;

namespace NativeSparse.Session;

/// <summary>Copies between System.Numerics.Tensors and ONNX Runtime values.</summary>
internal static class TensorConversion
{
    /// <summary>
    /// A new value with the tensor's elements; the caller disposes it. System.Numerics.Tensors has no tensor of rank 0: a scalar is one
    /// element of shape [1] there, and becomes a scalar here where the model wants one.
    /// </summary>
    /// <exception cref="ArgumentException">
    /// The element type is not one ONNX Runtime tensors have or not the one that the model wants, or a scalar is given as nothing.
    /// </exception>
    public static OrtValue ToValue(string name, IReadOnlyTensor tensor, NodeMetadata wanted)
    {
        var value = ToValue(name, tensor, wanted.Dimensions.Length == 0);
        if (wanted.IsTensor && value.GetTensorTypeAndShape().ElementDataType is var given && given != wanted.ElementDataType)
        {
            value.Dispose();
            throw new ArgumentException($"input '{name}' holds {given} values, the model wants {wanted.ElementDataType}");
        }

        return value;
    }

    private static OrtValue ToValue(string name, IReadOnlyTensor tensor, bool isScalar) => tensor switch
    {
        Tensor<float> values => Copy(name, values, isScalar, TensorElementType.Float),
        Tensor<long> values => Copy(name, values, isScalar, TensorElementType.Int64),
        Tensor<int> values => Copy(name, values, isScalar, TensorElementType.Int32),
        Tensor<bool> values => Copy(name, values, isScalar, TensorElementType.Bool),
        Tensor<double> values => Copy(name, values, isScalar, TensorElementType.Double),
        Tensor<Half> values => Copy(name, values, isScalar, TensorElementType.Float16),
        Tensor<byte> values => Copy(name, values, isScalar, TensorElementType.UInt8),
        Tensor<sbyte> values => Copy(name, values, isScalar, TensorElementType.Int8),
        Tensor<short> values => Copy(name, values, isScalar, TensorElementType.Int16),
        Tensor<ushort> values => Copy(name, values, isScalar, TensorElementType.UInt16),
        Tensor<uint> values => Copy(name, values, isScalar, TensorElementType.UInt32),
        Tensor<ulong> values => Copy(name, values, isScalar, TensorElementType.UInt64),
        _ => throw new ArgumentException(
            $"input '{name}' is a {tensor.GetType().Name}; expected a dense Tensor<T> of float, Half, double, an integer type or bool "
            + "(for other types run on OrtValue buffers)"),
    };

    /// <summary>A new tensor with the value's elements.</summary>
    public static ITensor ToTensor(string name, OrtValue value)
    {
        var info = value.GetTensorTypeAndShape();
        return info.ElementDataType switch
        {
            TensorElementType.Float => Copy<float>(value, info.Shape),
            TensorElementType.Int64 => Copy<long>(value, info.Shape),
            TensorElementType.Int32 => Copy<int>(value, info.Shape),
            TensorElementType.Bool => Copy<bool>(value, info.Shape),
            TensorElementType.Double => Copy<double>(value, info.Shape),
            TensorElementType.Float16 => CopyHalf(value, info.Shape),
            TensorElementType.UInt8 => Copy<byte>(value, info.Shape),
            TensorElementType.Int8 => Copy<sbyte>(value, info.Shape),
            TensorElementType.Int16 => Copy<short>(value, info.Shape),
            TensorElementType.UInt16 => Copy<ushort>(value, info.Shape),
            TensorElementType.UInt32 => Copy<uint>(value, info.Shape),
            TensorElementType.UInt64 => Copy<ulong>(value, info.Shape),
            var type => throw new NotSupportedException($"output '{name}' is {type}, which has no managed tensor; run on OrtValue buffers"),
        };
    }

    private static OrtValue Copy<T>(string name, Tensor<T> tensor, bool isScalar, TensorElementType type)
        where T : unmanaged
    {
        // ONNX Runtime takes a tensor without elements for a scalar and reads what is not there.
        if (isScalar && tensor.FlattenedLength == 0)
        {
            throw new ArgumentException($"input '{name}' is a scalar, the tensor given has no element; give one of shape [1]");
        }

        var lengths = isScalar && tensor.Rank == 1 && tensor.FlattenedLength == 1 ? [] : tensor.Lengths;
        var shape = new long[lengths.Length];
        for (var i = 0; i < shape.Length; i++)
        {
            shape[i] = lengths[i];
        }

        var value = OrtValue.CreateAllocatedTensorValue(OrtAllocator.DefaultInstance, type, shape);
        tensor.FlattenTo(System.Runtime.InteropServices.MemoryMarshal.Cast<byte, T>(value.GetTensorMutableRawData()));
        return value;
    }

    private static Tensor<T> Copy<T>(OrtValue value, long[] shape)
        where T : unmanaged => Tensor.Create(value.GetTensorDataAsSpan<T>().ToArray(), Lengths(shape));

    private static Tensor<Half> CopyHalf(OrtValue value, long[] shape) => Tensor.Create(
        System.Runtime.InteropServices.MemoryMarshal.Cast<Float16, Half>(value.GetTensorDataAsSpan<Float16>()).ToArray(), Lengths(shape));

    private static nint[] Lengths(long[] shape) => shape.Length == 0 ? [1] : [.. shape.Select(length => checked((nint)length))];
}
