namespace NativeSparse.Onnx;

/// <summary>Convolutions with a kernel of one point: linears over axis 1.</summary>
internal static class PointwiseConvolution
{
    /// <summary>The linear; null when the node is another convolution.</summary>
    internal static Linear? Read(GraphNode node)
    {
        if (!IsPointwise(node) || node.Input(0) is not { } input || node.Output(0) is not { } output
            || ConstantValue.Resolve(node.Input(1)) is not { Shape.Length: > 2 } weight || !weight.IsFloating
            || ConstantValue.Resolve(input) is not null || !Widths(weight.Shape, out var inputWidth, out var outputWidth)
            || node.Input(3) is not null)
        {
            return null;
        }

        LinearBias? bias = null;
        if (node.Input(2) is { } added)
        {
            if (ConstantValue.Resolve(added) is not { IsFloating: true } constant || constant.Shape is not [var count] || count != outputWidth)
            {
                return null;
            }

            bias = new LinearBias(constant);
        }

        Func<double, double>? activation = null;
        if (node.Operator != "Conv" && !FusedActivation.TryRead(node, out activation))
        {
            return null;
        }

        return new Linear
        {
            Node = node,
            Nodes = [node],
            Input = input,
            Output = output,
            InputAxis = 1 - weight.Shape.Length,
            OutputAxis = 1 - weight.Shape.Length,
            Rank = weight.Shape.Length,
            InputWidth = inputWidth,
            OutputWidth = outputWidth,
            Weight = weight,
            Read = tensors => LinearReader.ReadMatrix(weight, tensors, inputWidth, outputWidth, transposed: true, 1),
            Bias = bias,
            ValueType = weight.ValueType,
            Quantized = weight.Quantized,
            Activation = activation,
            Refusal = node.Operator == "com.microsoft.nchwc::Conv"
                ? "its convolution weights are re-blocked (NCHWc) for the machine that saved the file: save the model again at a lower optimization level"
                : null,
        };
    }

    /// <summary>Whether a convolution has a kernel of one point, one group, stride 1 and no padding.</summary>
    internal static bool IsPointwise(GraphNode node) =>
        node.Integer("group", 1) == 1
        && (node.Integers("kernel_shape")?.All(k => k == 1) ?? true)
        && (node.Integers("strides")?.All(s => s == 1) ?? true)
        && (node.Integers("pads")?.All(p => p == 0) ?? true);

    /// <summary>Widths of weights <c>[O, I, 1, ...]</c>.</summary>
    internal static bool Widths(long[] shape, out int inputWidth, out int outputWidth)
    {
        (inputWidth, outputWidth) = (0, 0);
        if (shape[2..].Any(d => d != 1) || shape[0] is < 1 or > int.MaxValue || shape[1] is < 1 or > int.MaxValue)
        {
            return false;
        }

        (outputWidth, inputWidth) = ((int)shape[0], (int)shape[1]);
        return true;
    }
}
