using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>
/// A value that does not depend on the model's inputs: a stored tensor and the nodes (Transpose, Cast, Reshape, DequantizeLinear, ...)
/// between it and its use. The data are read when asked for.
/// </summary>
internal sealed class ConstantValue
{
    private const int LongestChain = 16;
    private readonly TensorProto _root;
    private readonly List<ConstantStep> _steps;

    private ConstantValue(TensorProto root, List<ConstantStep> steps, long[] shape, string valueType)
    {
        _root = root;
        _steps = steps;
        Shape = shape;
        ValueType = valueType;
    }

    /// <summary>Dimensions where it is used.</summary>
    internal long[] Shape { get; }

    /// <summary>Element type as stored.</summary>
    internal string StoredType => ElementTypes.Name(_root.DataType);

    /// <summary>Element type where it is used.</summary>
    internal string ValueType { get; }

    /// <summary>Name of the stored tensor.</summary>
    internal string Name => _root.Name;

    /// <summary>Whether scales turn the stored integers into numbers.</summary>
    internal bool Quantized => _steps.Exists(s => s.Scale is not null);

    /// <summary>Whether the elements, where used, are floating numbers.</summary>
    internal bool IsFloating => ValueType is "float32" or "float16" or "bfloat16" or "float64";

    /// <summary>Number of elements.</summary>
    internal long Count => Shape.Aggregate(1L, (product, d) => unchecked(product * d));

    /// <summary>The constant a value is; null when it depends on inputs or on an operation that is not followed.</summary>
    internal static ConstantValue? Resolve(GraphValue? value)
    {
        var chain = new Stack<GraphNode>();
        while (value is { Tensor: null, Producer: { } node })
        {
            if (chain.Count == LongestChain || !ConstantStep.Follows(node))
            {
                return null;
            }

            chain.Push(node);
            value = node.Input(0);
        }

        if (value?.Tensor is not { } root || root.Dims.Any(d => d < 0) || root.Dims.Count > 8)
        {
            return null;
        }

        var constant = new ConstantValue(root, [], [.. root.Dims], ElementTypes.Name(root.DataType));
        foreach (var node in chain)
        {
            if (ConstantStep.Create(node, constant.Shape, constant.ValueType) is not { } step)
            {
                return null;
            }

            constant = new ConstantValue(root, [.. constant._steps, step], step.Shape, step.ValueType);
        }

        return constant;
    }

    /// <summary>The elements, dequantized, row-major: a new array.</summary>
    /// <exception cref="ModelFormatException">The stored data do not match their declaration.</exception>
    internal float[] Read(TensorReader tensors)
    {
        var values = StoredType is "float32" or "float16" or "bfloat16" or "float64"
            ? tensors.ReadSingles(_root)
            : Array.ConvertAll(tensors.ReadIntegers<long>(_root), v => (float)v);
        long[] shape = [.. _root.Dims];
        foreach (var step in _steps)
        {
            values = step.Apply(values, shape, tensors);
            shape = step.Shape;
        }

        return values;
    }

    /// <summary>The only element.</summary>
    /// <exception cref="ModelFormatException">The stored data do not match their declaration, or there are several.</exception>
    internal double ReadScalar(TensorReader tensors)
    {
        if (_steps.Count == 0 && StoredType == "float64" && Count == 1)
        {
            return BitConverter.ToDouble(tensors.ReadBytes(_root).Span);
        }

        var values = Read(tensors);
        return values.Length == 1
            ? values[0]
            : throw new ModelFormatException($"constant '{Name}' holds {values.Length} elements, expected 1", site: Name);
    }
}
