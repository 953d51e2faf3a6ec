using System.Globalization;
using NativeSparse.Onnx;

namespace NativeSparse.Forms;

/// <summary>Reads a form node's constants and attributes with full checks.</summary>
internal sealed class NodeConstants(FormNode node)
{
    /// <summary>The constant at a position after X, or null when absent.</summary>
    public ConstantTensor? Find(int index) => index < node.Constants.Count ? node.Constants[index] : null;

    /// <summary>A required float32 constant of a rank.</summary>
    public (float[] Values, IReadOnlyList<long> Shape) Require(int index, string name, int rank)
    {
        var constant = Find(index) ?? throw Error($"input '{name}' is missing");
        if (constant.Shape.Count != rank)
        {
            throw Error($"input '{name}' has rank {constant.Shape.Count}, expected {rank}");
        }

        var values = Read(constant, name);
        return (values, constant.Shape);
    }

    /// <summary>A required int8 constant of a rank.</summary>
    public (sbyte[] Values, IReadOnlyList<long> Shape) RequireInt8(int index, string name, int rank)
    {
        var constant = Find(index) ?? throw Error($"input '{name}' is missing");
        if (constant.ElementType != "int8" || constant.Shape.Count != rank)
        {
            throw Error($"input '{name}' is {constant.ElementType} of rank {constant.Shape.Count}, expected int8 of rank {rank}");
        }

        var values = new sbyte[constant.Data.Length];
        constant.Data.Span.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        return (values, constant.Shape);
    }

    /// <summary>The bits of a required bfloat16 constant of a rank.</summary>
    public (ushort[] Values, IReadOnlyList<long> Shape) RequireBFloat16(int index, string name, int rank)
    {
        var constant = Find(index) ?? throw Error($"input '{name}' is missing");
        if (constant.ElementType != "bfloat16" || constant.Shape.Count != rank)
        {
            throw Error($"input '{name}' is {constant.ElementType} of rank {constant.Shape.Count}, expected bfloat16 of rank {rank}");
        }

        var expected = constant.Shape.Aggregate(2L, (size, length) => checked(size * length));
        return constant.Data.Length == expected
            ? ([.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, ushort>(constant.Data.Span)], constant.Shape)
            : throw Error($"input '{name}' holds {constant.Data.Length} bytes, its shape needs {expected}");
    }

    /// <summary>A required int8 constant of an exact shape.</summary>
    public sbyte[] RequireInt8(int index, string name, params long[] shape)
    {
        var (values, actual) = RequireInt8(index, name, shape.Length);
        return actual.SequenceEqual(shape) && values.Length == shape.Aggregate(1L, (size, length) => size * length)
            ? values
            : throw Error($"input '{name}' is [{string.Join(", ", actual)}], expected [{string.Join(", ", shape)}]");
    }

    /// <summary>A required uint4 constant of an exact shape, one value to a byte.</summary>
    public byte[] RequireUInt4(int index, string name, params long[] shape)
    {
        var constant = Find(index) ?? throw Error($"input '{name}' is missing");
        RequireShape(constant, name, shape);
        var length = shape.Aggregate(1L, (size, side) => size * side);
        return constant.ElementType == "uint4" && constant.Data.Length == (length + 1) / 2
            ? constant.ToUInt4(checked((int)length))
            : throw Error($"input '{name}' is {constant.ElementType} with {constant.Data.Length} bytes, expected uint4 [{string.Join(", ", shape)}]");
    }

    /// <summary>A required float16 constant of an exact shape.</summary>
    public Half[] RequireFloat16(int index, string name, params long[] shape)
    {
        var constant = Find(index) ?? throw Error($"input '{name}' is missing");
        RequireShape(constant, name, shape);
        if (constant.ElementType != "float16" || constant.Data.Length != shape.Aggregate(2L, (size, side) => size * side))
        {
            throw Error($"input '{name}' is {constant.ElementType} with {constant.Data.Length} bytes, expected float16 [{string.Join(", ", shape)}]");
        }

        return [.. System.Runtime.InteropServices.MemoryMarshal.Cast<byte, Half>(constant.Data.Span)];
    }

    /// <summary>An optional float32 constant of an exact shape.</summary>
    public float[]? Optional(int index, string name, params long[] shape)
    {
        if (Find(index) is not { } constant)
        {
            return null;
        }

        RequireShape(constant, name, shape);
        return Read(constant, name);
    }

    /// <summary>A required float32 constant of an exact shape.</summary>
    public float[] Require(int index, string name, params long[] shape) =>
        Optional(index, name, shape) ?? throw Error($"input '{name}' is missing");

    /// <summary>An optional int32 constant of an exact shape.</summary>
    public int[]? OptionalInt32(int index, string name, params long[] shape)
    {
        if (Find(index) is not { } constant)
        {
            return null;
        }

        RequireShape(constant, name, shape);
        if (constant.ElementType != "int32" || constant.Data.Length != shape.Aggregate(4L, (size, length) => size * length))
        {
            throw Error($"input '{name}' is {constant.ElementType} with {constant.Data.Length} bytes, expected int32 [{string.Join(", ", shape)}]");
        }

        var values = new int[constant.Data.Length / sizeof(int)];
        constant.Data.Span.CopyTo(System.Runtime.InteropServices.MemoryMarshal.AsBytes(values.AsSpan()));
        return values;
    }

    /// <summary>A string attribute.</summary>
    public string Text(string name, string? fallback = null) => node.Attributes.TryGetValue(name, out var value)
        ? value as string ?? throw Error($"attribute '{name}' is not a string")
        : fallback ?? throw Error($"attribute '{name}' is missing");

    /// <summary>An integer attribute.</summary>
    public long Integer(string name, long fallback) => node.Attributes.TryGetValue(name, out var value)
        ? value is long integer ? integer : throw Error($"attribute '{name}' is not an integer")
        : fallback;

    /// <summary>A float attribute.</summary>
    public float Number(string name, float fallback) => node.Attributes.TryGetValue(name, out var value)
        ? value is float number and not float.NaN ? number : throw Error($"attribute '{name}' is not a float, or is NaN")
        : fallback;

    /// <summary>An error about this node.</summary>
    public ModelFormatException Error(string what) => new($"node '{node.Name}' ({node.OpType}): {what}", site: node.Name);

    /// <summary>A length as an int.</summary>
    public int Width(long length, string name) => length is > 0 and <= int.MaxValue
        ? (int)length
        : throw Error(string.Create(CultureInfo.InvariantCulture, $"input '{name}' has a dimension of {length}"));

    private void RequireShape(ConstantTensor constant, string name, long[] shape)
    {
        if (!constant.Shape.SequenceEqual(shape))
        {
            throw Error($"input '{name}' is [{string.Join(", ", constant.Shape)}], expected [{string.Join(", ", shape)}]");
        }
    }

    private float[] Read(ConstantTensor constant, string name)
    {
        if (constant.ElementType != "float32")
        {
            throw Error($"input '{name}' is {constant.ElementType}, expected float32");
        }

        var expected = constant.Shape.Aggregate(4L, (size, length) => checked(size * length));
        return constant.Data.Length == expected
            ? constant.ToSingles()
            : throw Error($"input '{name}' holds {constant.Data.Length} bytes, its shape needs {expected}");
    }
}
