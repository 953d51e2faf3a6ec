using System.Numerics.Tensors;
using System.Runtime.InteropServices;
using NativeSparse.Onnx;

namespace NativeSparse.Testing;

/// <summary>Tensors of a file as model inputs.</summary>
public static class TensorInputs
{
    /// <summary>The tensors whose names start with a prefix, under their names without it.</summary>
    public static Dictionary<string, IReadOnlyTensor> Read(string path, string prefix) => TensorFile.Read(path).Tensors
        .Where(tensor => tensor.Name.StartsWith(prefix, StringComparison.Ordinal))
        .ToDictionary(tensor => tensor.Name[prefix.Length..], ToTensor);

    /// <summary>The values of a floating tensor.</summary>
    public static float[]? Singles(IReadOnlyTensor tensor) => tensor switch
    {
        Tensor<float> values => Flatten(values),
        Tensor<double> values => [.. Flatten(values).Select(value => (float)value)],
        Tensor<Half> values => [.. Flatten(values).Select(value => (float)value)],
        _ => null,
    };

    private static IReadOnlyTensor ToTensor(ConstantTensor constant) => constant.ElementType switch
    {
        "float32" => Create<float>(constant),
        "float64" => Create<double>(constant),
        "float16" => Create<Half>(constant),
        "int64" => Create<long>(constant),
        "int32" => Create<int>(constant),
        "bool" => Create<bool>(constant),
        "uint8" => Create<byte>(constant),
        "int8" => Create<sbyte>(constant),
        var type => throw new NotSupportedException($"input '{constant.Name}' is {type}"),
    };

    private static Tensor<T> Create<T>(ConstantTensor constant)
        where T : unmanaged => Tensor.Create(
        MemoryMarshal.Cast<byte, T>(constant.Data.Span).ToArray(), [.. constant.Shape.Select(length => (nint)length)]);

    private static T[] Flatten<T>(Tensor<T> tensor)
    {
        var values = new T[tensor.FlattenedLength];
        tensor.FlattenTo(values);
        return values;
    }
}
