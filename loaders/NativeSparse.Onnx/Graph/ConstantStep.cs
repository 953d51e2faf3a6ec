namespace NativeSparse.Onnx;

/// <summary>One operation between a stored tensor and its use.</summary>
internal sealed class ConstantStep
{
    private readonly GraphNode _node;
    private readonly ConstantValue? _zeroPoint;

    private ConstantStep(GraphNode node, long[] shape, string valueType, ConstantValue? scale = null, ConstantValue? zeroPoint = null)
    {
        _node = node;
        Shape = shape;
        ValueType = valueType;
        Scale = scale;
        _zeroPoint = zeroPoint;
    }

    /// <summary>Dimensions after the step.</summary>
    internal long[] Shape { get; }

    /// <summary>Element type after the step.</summary>
    internal string ValueType { get; }

    /// <summary>The scales of a QuantizeLinear or DequantizeLinear; null for any other step.</summary>
    internal ConstantValue? Scale { get; }

    /// <summary>Whether a node is an operation that constants are followed through.</summary>
    internal static bool Follows(GraphNode node) => node.Operator is "Identity" or "Transpose" or "Cast" or "Reshape" or "Squeeze" or "Unsqueeze"
        or "Flatten" or "DequantizeLinear" or "com.microsoft::DequantizeLinear" or "QuantizeLinear" or "com.microsoft::QuantizeLinear";

    /// <summary>The step of a node on a constant of a shape and type; null when it cannot be followed.</summary>
    internal static ConstantStep? Create(GraphNode node, long[] shape, string valueType)
    {
        switch (node.Operator)
        {
            case "Identity":
                return new ConstantStep(node, shape, valueType);
            case "Cast":
                return ElementTypes.Name((int)node.Integer("to", 0)) is "float32" or "float16" or "bfloat16" or "float64"
                    ? new ConstantStep(node, shape, ElementTypes.Name((int)node.Integer("to", 0)))
                    : null;
            case "Transpose":
                return Permutation(node, shape.Length) is { } order
                    ? new ConstantStep(node, Array.ConvertAll(order, o => shape[o]), valueType)
                    : null;
            case "Reshape" or "Squeeze" or "Unsqueeze" or "Flatten":
                return Moved(node, shape) is { } moved ? new ConstantStep(node, moved, valueType) : null;
            default:
                return Scaling(node, shape);
        }
    }

    /// <summary>Applies the step; may return the array it was given.</summary>
    internal float[] Apply(float[] values, long[] shape, TensorReader tensors)
    {
        if (Scale is not null)
        {
            var (scale, zeroPoint) = (Scale.Read(tensors), _zeroPoint?.Read(tensors));
            var (axis, block) = (_node.Integer("axis", 1), _node.Integer("block_size", 0));
            return Quantizes(_node)
                ? IntegerScaling.Quantize(values, shape, scale, Scale.Shape, zeroPoint, axis, block, _node.Name, ValueType)
                : IntegerScaling.Dequantize(values, shape, scale, Scale.Shape, zeroPoint, axis, block, _node.Name);
        }

        return _node.Operator switch
        {
            "Transpose" => Transposition.Apply(values, shape, Permutation(_node, shape.Length)!),
            "Cast" when ValueType == "float16" => Array.ConvertAll(values, v => (float)(Half)v),
            "Cast" when ValueType == "bfloat16" => Array.ConvertAll(values, RoundToBfloat16),
            _ => values,
        };
    }

    private static float RoundToBfloat16(float value)
    {
        var bits = BitConverter.SingleToUInt32Bits(value);
        return float.IsFinite(value) ? BitConverter.UInt32BitsToSingle((bits + 0x7FFF + ((bits >> 16) & 1)) & 0xFFFF0000) : value;
    }

    private static ConstantStep? Scaling(GraphNode node, long[] shape)
    {
        var scale = ConstantValue.Resolve(node.Input(1));
        var zeroPoint = ConstantValue.Resolve(node.Input(2));
        return scale is not { IsFloating: true } || (node.Input(2) is not null && zeroPoint is null)
            ? null
            : new ConstantStep(node, shape, Quantizes(node) ? zeroPoint?.ValueType ?? "uint8" : scale.ValueType, scale, zeroPoint);
    }

    private static bool Quantizes(GraphNode node) => node.Operator is "QuantizeLinear" or "com.microsoft::QuantizeLinear";

    private static int[]? Permutation(GraphNode node, int rank)
    {
        var permutation = node.Integers("perm");
        if (permutation is null)
        {
            return Enumerable.Range(0, rank).Reverse().ToArray();
        }

        return permutation.Count == rank && permutation.Order().SequenceEqual(Enumerable.Range(0, rank).Select(i => (long)i))
            ? permutation.Select(p => (int)p).ToArray()
            : null;
    }

    private static long[]? Moved(GraphNode node, long[] shape)
    {
        var inferred = node.Output(0)?.Shape;
        if (inferred is null)
        {
            return null;
        }

        long known = 1;
        var open = -1;
        for (var i = 0; i < inferred.Length; i++)
        {
            if (inferred[i] is { } dimension)
            {
                known = unchecked(known * dimension);
            }
            else if (open >= 0)
            {
                return null;
            }
            else
            {
                open = i;
            }
        }

        var count = shape.Aggregate(1L, (product, d) => unchecked(product * d));
        if (open < 0)
        {
            return known == count ? Array.ConvertAll(inferred, d => d!.Value) : null;
        }

        return known > 0 && count % known == 0 ? Array.ConvertAll(inferred, d => d ?? (count / known)) : null;
    }
}
