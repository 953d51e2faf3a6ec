namespace NativeSparse.Onnx;

/// <summary>
/// Linears whose operator multiplies integers: MatMulInteger and ConvInteger with the Cast and the scale after them,
/// DynamicQuantizeMatMul, MatMulIntegerToFloat and MatMulNBits. The input is the number before it was quantized.
/// </summary>
internal static class QuantizedLinearReader
{
    /// <summary>The linear whose output is a node's first output; null when the node is none.</summary>
    internal static Linear? Read(GraphNode node) => node.Operator switch
    {
        "Mul" => Scaled(node),
        "com.microsoft::DynamicQuantizeMatMul" => node.Input(0) is { } input
            ? Create(node, [node], [], input, node.Input(1), node.Input(2), node.Input(3), node.Input(4))
            : null,
        "com.microsoft::MatMulIntegerToFloat" => Quantizer(node.Input(0), node.Input(2), node.Input(4)) is { } quantizer
            ? Create(node, [node], [quantizer], quantizer.Input(0)!, node.Input(1), node.Input(3), node.Input(5), node.Input(6))
            : null,
        "com.microsoft::MatMulNBits" => Blocks(node),
        _ => null,
    };

    private static Linear? Scaled(GraphNode node)
    {
        for (var side = 0; side < 2; side++)
        {
            if (node.Input(side)?.Producer is { Operator: "Cast" } cast
                && cast.Input(0)?.Producer is { Operator: "MatMulInteger" or "ConvInteger" } product
                && node.Input(1 - side)?.Producer is { Operator: "Mul" } scales
                && (product.Operator == "MatMulInteger" || PointwiseConvolution.IsPointwise(product)))
            {
                for (var s = 0; s < 2; s++)
                {
                    if (Quantizer(product.Input(0), scales.Input(s), product.Input(2)) is { } quantizer
                        && Create(node, [product, cast, node], [quantizer, scales], quantizer.Input(0)!, product.Input(1), scales.Input(1 - s), product.Input(3), null) is { } linear)
                    {
                        return linear;
                    }
                }
            }
        }

        return null;
    }

    /// <summary>The node that quantizes an input dynamically, when data, scale and zero point come from it.</summary>
    private static GraphNode? Quantizer(GraphValue? data, GraphValue? scale, GraphValue? zeroPoint) =>
        data?.Producer is { Operator: "DynamicQuantizeLinear" } node && node.Output(0) == data && scale is not null && node.Output(1) == scale
            && zeroPoint is not null && node.Output(2) == zeroPoint && node.Input(0) is not null
            ? node
            : null;

    private static Linear? Create(
        GraphNode node, IReadOnlyList<GraphNode> nodes, IReadOnlyList<GraphNode> inputNodes, GraphValue input, GraphValue? data, GraphValue? scales,
        GraphValue? zeros, GraphValue? added)
    {
        var weight = ConstantValue.Resolve(data);
        var scale = ConstantValue.Resolve(scales);
        var zero = ConstantValue.Resolve(zeros);
        var bias = ConstantValue.Resolve(added);
        if (node.Output(0) is not { } output || weight is null || weight.StoredType is not ("int8" or "uint8") || scale is not { IsFloating: true }
            || (zeros is not null && zero is null) || (added is not null && bias is null))
        {
            return null;
        }

        var convolution = nodes[0].Operator == "ConvInteger";
        var shape = weight.Shape;
        int inputWidth;
        int outputWidth;
        if (convolution)
        {
            if (shape.Length < 3 || !PointwiseConvolution.Widths(shape, out inputWidth, out outputWidth) || (scale.Count != 1 && scale.Count != outputWidth))
            {
                return null;
            }
        }
        else if (shape is [>= 1 and <= int.MaxValue, >= 1 and <= int.MaxValue])
        {
            (inputWidth, outputWidth) = ((int)shape[0], (int)shape[1]);
            if (scale.Count != 1 && !LinearBias.Fits(scale, -1, outputWidth, 2))
            {
                return null;
            }
        }
        else
        {
            return null;
        }

        if ((zero is not null && zero.Count != 1 && zero.Count != outputWidth) || (bias is not null && !LinearBias.Fits(bias, -1, outputWidth, null)))
        {
            return null;
        }

        return new Linear
        {
            Node = nodes[0],
            Nodes = nodes,
            InputNodes = inputNodes,
            Input = input,
            Output = output,
            InputAxis = convolution ? 1 - shape.Length : -1,
            OutputAxis = convolution ? 1 - shape.Length : -1,
            Rank = convolution ? shape.Length : null,
            InputWidth = inputWidth,
            OutputWidth = outputWidth,
            Weight = weight,
            Read = tensors => ReadScaled(weight, scale, zero, tensors, inputWidth, outputWidth, convolution),
            Bias = bias is null ? null : new LinearBias(bias),
            ValueType = scale.ValueType,
            Quantized = true,
        };
    }

    private static float[] ReadScaled(
        ConstantValue weight, ConstantValue scale, ConstantValue? zero, TensorReader tensors, int inputWidth, int outputWidth, bool transposed)
    {
        var values = weight.Read(tensors);
        if (transposed)
        {
            values = Transposition.Matrix(values, outputWidth, inputWidth);
        }

        var scales = scale.Read(tensors);
        var zeros = zero?.Read(tensors);
        for (var i = 0; i < values.Length; i++)
        {
            var column = i % outputWidth;
            values[i] = (values[i] - (zeros is null ? 0 : zeros[zeros.Length == 1 ? 0 : column])) * scales[scales.Length == 1 ? 0 : column];
        }

        return values;
    }

    private static Linear? Blocks(GraphNode node)
    {
        var k = node.Integer("K", 0);
        var n = node.Integer("N", 0);
        var bits = node.Integer("bits", 4);
        var block = node.Integer("block_size", 0);
        var zeros = ConstantValue.Resolve(node.Input(3));
        var bias = ConstantValue.Resolve(node.Input(5));
        var groups = ConstantValue.Resolve(node.Input(4));
        if (node.Input(0) is not { } input || node.Output(0) is not { } output
            || (node.Input(4) is not null && (groups is not { StoredType: "int32" } || groups.Count < k))
            || ConstantValue.Resolve(node.Input(1)) is not { StoredType: "uint8" } weight
            || ConstantValue.Resolve(node.Input(2)) is not { IsFloating: true } scale
            || (node.Input(3) is not null && zeros is null)
            || k is < 1 or > int.MaxValue || n is < 1 or > int.MaxValue || bits is not (2 or 4 or 8) || block is < 8 or > 65536
            || (node.Input(5) is not null && (bias is null || !LinearBias.Fits(bias, -1, n, null))))
        {
            return null;
        }

        var blocks = (k + block - 1) / block;
        var zeroCount = zeros is null ? 0 : zeros.IsFloating ? n * blocks : n * (((blocks * bits) + 7) / 8);
        if (weight.Count != n * blocks * block * bits / 8 || scale.Count != n * blocks || (zeros is not null && zeros.Count != zeroCount))
        {
            return null;
        }

        return new Linear
        {
            Node = node,
            Nodes = [node],
            Input = input,
            Output = output,
            InputWidth = (int)k,
            OutputWidth = (int)n,
            Weight = weight,
            Read = tensors => IntegerScaling.Blocks(
                ToBytes(weight.Read(tensors)), scale.Read(tensors), zeros is { IsFloating: false } ? ToBytes(zeros.Read(tensors)) : null,
                zeros is { IsFloating: true } ? zeros.Read(tensors) : null, (int)k, (int)n, (int)bits, (int)block,
                groups is null ? null : ToGroups(groups, tensors, blocks)),
            Bias = bias is null ? null : new LinearBias(bias),
            ValueType = scale.ValueType,
            Quantized = true,
        };
    }

    private static int[] ToGroups(ConstantValue groups, TensorReader tensors, long blocks) => Array.ConvertAll(
        groups.Read(tensors),
        g => g >= 0 && g < blocks
            ? (int)g
            : throw new ModelFormatException($"'{groups.Name}' names block {g}, expected 0..{blocks - 1}", site: groups.Name));

    private static byte[] ToBytes(float[] values) => Array.ConvertAll(values, v => (byte)v);
}
