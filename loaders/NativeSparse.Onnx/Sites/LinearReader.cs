namespace NativeSparse.Onnx;

/// <summary>Recognizes linears with constant weights by their operator; integer products are in <see cref="QuantizedLinearReader"/>.</summary>
internal static class LinearReader
{
    /// <summary>The linear whose output is a node's first output; null when the node is none.</summary>
    internal static Linear? Read(GraphNode node) => node.Operator switch
    {
        "MatMul" => Product(node),
        "com.microsoft::FusedMatMul" => FusedProduct(node),
        "Gemm" or "com.microsoft::FusedGemm" => Gemm(node),
        "Conv" or "com.microsoft::FusedConv" or "com.microsoft.nchwc::Conv" => PointwiseConvolution.Read(node),
        "com.microsoft::GemmFastGelu" => ActivatedProduct(node),
        "Einsum" => EinsumLinear.Read(node),
        "Mul" or "com.microsoft::DynamicQuantizeMatMul" or "com.microsoft::MatMulIntegerToFloat" or "com.microsoft::MatMulNBits" =>
            QuantizedLinearReader.Read(node),
        _ => null,
    };

    private static Linear? Product(GraphNode node)
    {
        if (node.Input(0) is not { } left || node.Input(1) is not { } right || node.Output(0) is not { } output)
        {
            return null;
        }

        var weight = ConstantValue.Resolve(right);
        var other = ConstantValue.Resolve(left);
        if (weight is not null && other is null && Matrix(weight, left.Rank, out var rows, out var columns))
        {
            return Create(node, left, output, weight, rows, columns, transposed: false, 1, -1, -1);
        }

        return weight is null && other is { Shape.Length: 2 } && right.Rank is null or >= 2 && Matrix(other, null, out rows, out columns)
            ? Create(node, right, output, other, columns, rows, transposed: true, 1, -2, -2)
            : null;
    }

    private static Linear? FusedProduct(GraphNode node)
    {
        if (node.Integer("transBatchA", 0) != 0 || node.Integer("transBatchB", 0) != 0
            || node.Input(0) is not { } input || node.Output(0) is not { } output || ConstantValue.Resolve(input) is not null
            || ConstantValue.Resolve(node.Input(1)) is not { } weight || !Matrix(weight, input.Rank, out var rows, out var columns))
        {
            return null;
        }

        var transposed = node.Integer("transB", 0) != 0;
        return Create(
            node, input, output, weight, transposed ? columns : rows, transposed ? rows : columns, transposed, node.Real("alpha", 1),
            node.Integer("transA", 0) != 0 ? -2 : -1, -1);
    }

    private static Linear? Gemm(GraphNode node)
    {
        if (node.Input(0) is not { } input || node.Output(0) is not { } output || ConstantValue.Resolve(input) is not null
            || ConstantValue.Resolve(node.Input(1)) is not { Shape.Length: 2 } weight || !Matrix(weight, null, out var rows, out var columns))
        {
            return null;
        }

        var transposed = node.Integer("transB", 0) != 0;
        var width = transposed ? rows : columns;
        LinearBias? bias = null;
        if (node.Input(2) is { } added && node.Real("beta", 1) != 0)
        {
            if (ConstantValue.Resolve(added) is not { IsFloating: true } constant || (constant.Count != 1 && !LinearBias.Fits(constant, -1, width, 2)))
            {
                return null;
            }

            bias = new LinearBias(constant, node.Real("beta", 1));
        }

        Func<double, double>? activation = null;
        if (node.Operator != "Gemm" && !FusedActivation.TryRead(node, out activation))
        {
            return null;
        }

        return Create(
            node, input, output, weight, transposed ? columns : rows, width, transposed, node.Real("alpha", 1),
            node.Integer("transA", 0) != 0 ? -2 : -1, -1, 2, bias, activation);
    }

    /// <summary>y = gelu_tanh(x W + b).</summary>
    private static Linear? ActivatedProduct(GraphNode node)
    {
        if (node.Input(0) is not { } input || node.Output(0) is not { } output || ConstantValue.Resolve(input) is not null
            || ConstantValue.Resolve(node.Input(1)) is not { Shape.Length: 2 } weight || !Matrix(weight, null, out var rows, out var columns))
        {
            return null;
        }

        var bias = ConstantValue.Resolve(node.Input(2));
        return node.Input(2) is null || (bias is { IsFloating: true } && LinearBias.Fits(bias, -1, columns, null))
            ? Create(
                node, input, output, weight, rows, columns, transposed: false, 1, -1, -1, null, bias is null ? null : new LinearBias(bias),
                ElementwiseOperators.GeluTanh)
            : null;
    }

    private static Linear? Create(
        GraphNode node, GraphValue input, GraphValue output, ConstantValue weight, int inputWidth, int outputWidth, bool transposed, double factor,
        int inputAxis, int outputAxis, int? rank = null, LinearBias? bias = null, Func<double, double>? activation = null) =>
        new()
        {
            Node = node,
            Nodes = [node],
            Input = input,
            Output = output,
            InputAxis = inputAxis,
            OutputAxis = outputAxis,
            Rank = rank,
            InputWidth = inputWidth,
            OutputWidth = outputWidth,
            Weight = weight,
            Read = tensors => ReadMatrix(weight, tensors, inputWidth, outputWidth, transposed, factor),
            Bias = bias,
            ValueType = weight.ValueType,
            Quantized = weight.Quantized,
            Activation = activation,
        };

    /// <summary>Reads a weight as <c>[in, out]</c>.</summary>
    internal static float[] ReadMatrix(ConstantValue weight, TensorReader tensors, int inputWidth, int outputWidth, bool transposed, double factor)
    {
        var values = weight.Read(tensors);
        if (transposed)
        {
            values = Transposition.Matrix(values, outputWidth, inputWidth);
        }

        if (factor != 1)
        {
            for (var i = 0; i < values.Length; i++)
            {
                values[i] = (float)(values[i] * factor);
            }
        }

        return values;
    }

    /// <summary>Whether a constant is one matrix: two dimensions, or more where the others are 1 and the product has as many anyway.</summary>
    internal static bool Matrix(ConstantValue weight, int? inputRank, out int rows, out int columns)
    {
        (rows, columns) = (0, 0);
        var shape = weight.Shape;
        if (!weight.IsFloating || shape.Length < 2 || (shape.Length > 2 && (inputRank is null || inputRank < shape.Length))
            || shape[..^2].Any(d => d != 1) || shape[^2] is < 1 or > int.MaxValue || shape[^1] is < 1 or > int.MaxValue)
        {
            return false;
        }

        (rows, columns) = ((int)shape[^2], (int)shape[^1]);
        return true;
    }
}
