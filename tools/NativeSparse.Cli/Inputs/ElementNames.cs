using Microsoft.ML.OnnxRuntime.Tensors;

namespace NativeSparse.Cli.Inputs;

/// <summary>The names of element types, in files and in ONNX Runtime.</summary>
internal static class ElementNames
{
    private static readonly (string Name, TensorElementType Type, int Size)[] All =
    [
        ("float32", TensorElementType.Float, 4),
        ("float16", TensorElementType.Float16, 2),
        ("bfloat16", TensorElementType.BFloat16, 2),
        ("float64", TensorElementType.Double, 8),
        ("int8", TensorElementType.Int8, 1),
        ("uint8", TensorElementType.UInt8, 1),
        ("int16", TensorElementType.Int16, 2),
        ("uint16", TensorElementType.UInt16, 2),
        ("int32", TensorElementType.Int32, 4),
        ("uint32", TensorElementType.UInt32, 4),
        ("int64", TensorElementType.Int64, 8),
        ("uint64", TensorElementType.UInt64, 8),
        ("bool", TensorElementType.Bool, 1),
    ];

    /// <summary>The name of a type.</summary>
    /// <exception cref="InputException">Tensors of this type cannot be given on the command line.</exception>
    public static string Name(TensorElementType type, string tensor) => Array.Find(All, entry => entry.Type == type).Name
        ?? throw new InputException($"tensor '{tensor}' has elements of type {type}; supported are {Supported}");

    /// <summary>The type of a name.</summary>
    /// <exception cref="InputException">Tensors of this type cannot be given on the command line.</exception>
    public static TensorElementType Parse(string name, string tensor) => Find(name, tensor).Type;

    /// <summary>Bytes of one element.</summary>
    /// <exception cref="InputException">Tensors of this type cannot be given on the command line.</exception>
    public static int Size(string name, string tensor) => Find(name, tensor).Size;

    private static string Supported => string.Join(", ", All.Select(entry => entry.Name));

    private static (string Name, TensorElementType Type, int Size) Find(string name, string tensor)
    {
        var entry = Array.Find(All, candidate => candidate.Name == name);
        return entry.Name is null
            ? throw new InputException($"tensor '{tensor}' has elements of type {name}; supported are {Supported}")
            : entry;
    }
}
