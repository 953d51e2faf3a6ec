namespace NativeSparse.Onnx;

/// <summary>
/// Products with a constant weight whose operator, or whose use of it, is not read: they are known as linears, so that a network around one
/// is reported with the reason instead of not at all.
/// </summary>
internal static class UnreadLinear
{
    /// <summary>The linear, with its refusal; null when the node is no product with a constant weight.</summary>
    internal static Linear? Read(GraphNode node) => node.Operator switch
    {
        "QLinearMatMul" or "com.microsoft::QGemm" or "QLinearConv" or "com.microsoft::QLinearConv" => Create(node, 3, OnIntegers(node)),
        "com.microsoft::MatMulBnb4" => Create(node, 1, "weights of four-bit floating numbers (MatMulBnb4) are not read"),
        "MatMulInteger" or "ConvInteger" or "com.microsoft::MatMulIntegerToFloat" or "com.microsoft::DynamicQuantizeMatMul"
            or "com.microsoft::MatMulNBits" or "com.microsoft::FusedMatMul" or "com.microsoft::FusedGemm" or "com.microsoft::FusedConv"
            or "com.microsoft::GemmFastGelu" =>
            Create(node, 1, $"this use of {node.Proto.OpType} is not read: a scale, zero point, bias, activation or further input of '{node.Name}' is not a known constant"),
        _ => null,
    };

    private static string OnIntegers(GraphNode node) =>
        $"its input and output are integers ({node.Proto.OpType}): quantize the model with QuantizeLinear/DequantizeLinear pairs or dynamically, then it is read";

    private static Linear? Create(GraphNode node, int weightInput, string refusal)
    {
        if (node.Input(0) is not { } input || node.Output(0) is not { } output || ConstantValue.Resolve(input) is not null
            || ConstantValue.Resolve(node.Input(weightInput)) is not { } weight || !TryWidths(node, weight, out var inputWidth, out var outputWidth))
        {
            return null;
        }

        var isConvolution = node.Proto.OpType.EndsWith("Conv", StringComparison.Ordinal) || node.Operator == "ConvInteger";
        var axis = isConvolution ? 1 - weight.Shape.Length : -1;
        return new Linear
        {
            Node = node,
            Nodes = [node],
            Input = input,
            Output = output,
            InputAxis = axis,
            OutputAxis = axis,
            InputWidth = inputWidth,
            OutputWidth = outputWidth,
            Weight = weight,
            Read = _ => throw new InvalidOperationException(refusal),
            ValueType = "float32",
            Quantized = true,
            Activation = OutputClipsBelowZero(node) ? v => Math.Max(v, 0) : null,
            Refusal = refusal,
        };
    }

    private static bool TryWidths(GraphNode node, ConstantValue weight, out int inputWidth, out int outputWidth)
    {
        (inputWidth, outputWidth) = (0, 0);
        var shape = weight.Shape;
        if (node.Operator is "com.microsoft::MatMulBnb4" or "com.microsoft::MatMulNBits")
        {
            shape = [node.Integer("K", 0), node.Integer("N", 0)];
        }
        else if (shape.Length > 2)
        {
            return PointwiseConvolution.IsPointwise(node) && PointwiseConvolution.Widths(shape, out inputWidth, out outputWidth);
        }

        if (shape is not [>= 1 and <= int.MaxValue, >= 1 and <= int.MaxValue])
        {
            return false;
        }

        (inputWidth, outputWidth) = node.Integer("transB", 0) != 0 ? ((int)shape[1], (int)shape[0]) : ((int)shape[0], (int)shape[1]);
        return true;
    }

    /// <summary>Whether the operator's own output quantization does a ReLU's work.</summary>
    private static bool OutputClipsBelowZero(GraphNode node) => node.Operator switch
    {
        "QLinearMatMul" or "QLinearConv" or "com.microsoft::QLinearConv" => node.Input(7) is { } zero && Quantization.IsSmallest(zero),
        "com.microsoft::QGemm" => node.Input(8) is { } zero && Quantization.IsSmallest(zero),
        _ => false,
    };
}
