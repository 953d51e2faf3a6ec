namespace NativeSparse.Onnx;

/// <summary>Pairs of QuantizeLinear and DequantizeLinear around activations.</summary>
internal static class Quantization
{
    /// <summary>Whether a node is one half of such a pair.</summary>
    internal static bool IsHalf(GraphNode node) => IsQuantize(node) || IsDequantize(node);

    /// <summary>The number before the pair that a value comes out of; null when it comes from elsewhere or the pair also clips (see <see cref="ClipsBelowZero"/>).</summary>
    internal static GraphValue? Source(GraphValue value) =>
        value.Producer is { } dequantize && IsDequantize(dequantize)
        && dequantize.Input(0)?.Producer is { } quantize && IsQuantize(quantize) && !ClipsBelowZero(quantize)
            ? quantize.Input(0)
            : null;

    /// <summary>
    /// Whether a node is a quantizer that maps everything below zero to zero: its zero point is the smallest integer. Quantizing tools then drop the ReLU
    /// before it, and the pair does its work.
    /// </summary>
    internal static bool ClipsBelowZero(GraphNode quantize)
    {
        if (!IsQuantize(quantize))
        {
            return false;
        }

        if (quantize.Input(2) is not { } zero)
        {
            return quantize.Integer("output_dtype", 0) == 0;
        }

        return IsSmallest(zero);
    }

    /// <summary>Whether a zero point is one stored integer, the smallest of its type.</summary>
    internal static bool IsSmallest(GraphValue zero)
    {
        if (zero.Tensor is not { } tensor || tensor.Dims.Any(d => d != 1))
        {
            return false;
        }

        var value = tensor.HasRawData
            ? tensor.RawData.Length == 1 ? (ElementTypes.Name(tensor.DataType) == "int8" ? (sbyte)tensor.RawData[0] : tensor.RawData[0])
                : tensor.RawData.Length == 2 ? BitConverter.ToInt16(tensor.RawData.Span) : long.MaxValue
            : tensor.Int32Data.Count == 1 ? tensor.Int32Data[0] : long.MaxValue;
        return ElementTypes.Name(tensor.DataType) switch
        {
            "uint8" or "uint16" or "uint4" => value == 0,
            "int8" => value == sbyte.MinValue,
            "int16" => value == short.MinValue,
            _ => false,
        };
    }

    private static bool IsQuantize(GraphNode node) => node.Operator is "QuantizeLinear" or "com.microsoft::QuantizeLinear";

    private static bool IsDequantize(GraphNode node) => node.Operator is "DequantizeLinear" or "com.microsoft::DequantizeLinear";
}
