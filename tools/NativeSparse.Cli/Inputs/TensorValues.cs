using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inputs;

/// <summary>Tensors of files as ONNX Runtime and the engine take them, and back.</summary>
internal static class TensorValues
{
    /// <summary>A value in ONNX Runtime's memory with the tensor's elements; the caller disposes it.</summary>
    public static OrtValue ToOrtValue(ConstantTensor tensor)
    {
        var value = OrtValue.CreateAllocatedTensorValue(
            OrtAllocator.DefaultInstance, ElementNames.Parse(tensor.ElementType, tensor.Name), [.. tensor.Shape]);
        if (tensor.Data.Length > 0)
        {
            tensor.Data.Span.CopyTo(value.GetTensorMutableRawData());
        }

        return value;
    }

    /// <summary>A copy of a value's elements.</summary>
    public static ConstantTensor FromOrtValue(string name, OrtValue value)
    {
        var facts = value.GetTensorTypeAndShape();
        var data = facts.ElementCount == 0 ? [] : value.GetTensorMutableRawData().ToArray();
        return new ConstantTensor(name, ElementNames.Name(facts.ElementDataType, name), facts.Shape, data);
    }

    /// <summary>The tensor as the engine takes it; a scalar has the shape [1] there.</summary>
    public static IReadOnlyTensor ToTensor(ConstantTensor tensor) => tensor.ElementType switch
    {
        "float32" => Create<float>(tensor),
        "float16" => Create<Half>(tensor),
        "float64" => Create<double>(tensor),
        "int8" => Create<sbyte>(tensor),
        "uint8" => Create<byte>(tensor),
        "int16" => Create<short>(tensor),
        "uint16" => Create<ushort>(tensor),
        "int32" => Create<int>(tensor),
        "uint32" => Create<uint>(tensor),
        "int64" => Create<long>(tensor),
        "uint64" => Create<ulong>(tensor),
        "bool" => Create<bool>(tensor),
        _ => throw new InputException($"tensor '{tensor.Name}' has elements of type {tensor.ElementType}, which the engine does not take"),
    };

    /// <summary>A copy of an engine output's elements.</summary>
    public static ConstantTensor FromTensor(string name, ITensor tensor) => tensor switch
    {
        Tensor<float> values => Copy(name, "float32", values),
        Tensor<Half> values => Copy(name, "float16", values),
        Tensor<double> values => Copy(name, "float64", values),
        Tensor<sbyte> values => Copy(name, "int8", values),
        Tensor<byte> values => Copy(name, "uint8", values),
        Tensor<short> values => Copy(name, "int16", values),
        Tensor<ushort> values => Copy(name, "uint16", values),
        Tensor<int> values => Copy(name, "int32", values),
        Tensor<uint> values => Copy(name, "uint32", values),
        Tensor<long> values => Copy(name, "int64", values),
        Tensor<ulong> values => Copy(name, "uint64", values),
        Tensor<bool> values => Copy(name, "bool", values),
        _ => throw new InputException($"output '{name}' is a {tensor.GetType().Name}, which no tensor file holds"),
    };

    /// <summary>An int64 tensor.</summary>
    public static ConstantTensor Int64(string name, ReadOnlySpan<long> values, params long[] shape) =>
        new(name, "int64", shape, MemoryMarshal.AsBytes(values).ToArray());

    /// <summary>The elements as doubles, whatever their type.</summary>
    public static double[] ToDoubles(ConstantTensor tensor)
    {
        var data = tensor.Data.Span;
        return tensor.ElementType switch
        {
            "float32" => Convert<float>(data),
            "float16" => Convert<Half>(data),
            "bfloat16" => Array.ConvertAll(
                MemoryMarshal.Cast<byte, ushort>(data).ToArray(), bits => (double)BitConverter.UInt32BitsToSingle((uint)bits << 16)),
            "float64" => Convert<double>(data),
            "int8" => Convert<sbyte>(data),
            "uint8" or "bool" => Convert<byte>(data),
            "int16" => Convert<short>(data),
            "uint16" => Convert<ushort>(data),
            "int32" => Convert<int>(data),
            "uint32" => Convert<uint>(data),
            "int64" => Convert<long>(data),
            "uint64" => Convert<ulong>(data),
            _ => throw new InputException($"tensor '{tensor.Name}' has elements of type {tensor.ElementType}, which cannot be compared"),
        };
    }

    private static double[] Convert<T>(ReadOnlySpan<byte> data)
        where T : unmanaged, System.Numerics.INumberBase<T>
    {
        var values = MemoryMarshal.Cast<byte, T>(data);
        var result = new double[values.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = double.CreateChecked(values[i]);
        }

        return result;
    }

    private static ConstantTensor Copy<T>(string name, string elementType, Tensor<T> tensor)
        where T : unmanaged
    {
        var values = new T[tensor.FlattenedLength];
        tensor.FlattenTo(values);
        return new ConstantTensor(
            name, elementType, Array.ConvertAll(tensor.Lengths.ToArray(), length => (long)length), MemoryMarshal.AsBytes(values.AsSpan()).ToArray());
    }

    private static Tensor<T> Create<T>(ConstantTensor tensor)
        where T : unmanaged =>
        Tensor.Create(
            MemoryMarshal.Cast<byte, T>(tensor.Data.Span).ToArray(),
            tensor.Shape.Count == 0 ? [1] : [.. tensor.Shape.Select(size => (nint)size)]);
}
