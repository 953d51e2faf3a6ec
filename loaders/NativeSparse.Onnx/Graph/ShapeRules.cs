namespace NativeSparse.Onnx;

/// <summary>The shape of a node's first output from the shapes of its inputs; null when a rule or a rank is missing.</summary>
internal static class ShapeRules
{
    /// <summary>Shape of the first output.</summary>
    internal static long?[]? Output(GraphNode node)
    {
        var shape = node.Input(0)?.Shape;
        switch (node.Operator)
        {
            case "MatMul" or "com.microsoft::FusedMatMul" or "MatMulInteger" or "com.microsoft::DynamicQuantizeMatMul"
                or "com.microsoft::MatMulIntegerToFloat":
                return Product(node, shape, node.Input(1)?.Shape);
            case "Gemm" or "com.microsoft::FusedGemm":
                return
                [
                    Dimension(shape, node.Integer("transA", 0) != 0 ? 1 : 0, 2),
                    Dimension(node.Input(1)?.Shape, node.Integer("transB", 0) != 0 ? 0 : 1, 2),
                ];
            case "com.microsoft::MatMulNBits":
                return shape is null ? null : WithLast(shape, node.Integer("N", 0));
            case "Conv" or "com.microsoft::FusedConv" or "ConvInteger" or "com.microsoft.nchwc::Conv":
                return Convolution(node, shape);
            case "Reshape":
                return Reshape(shape, node.Input(1));
            case "Transpose":
                return Transpose(node, shape);
            case "Flatten":
                return Flatten(node, shape);
            case "Unsqueeze":
                return Unsqueeze(shape, node.Integers("axes") ?? Known(node.Input(1)));
            case "Squeeze":
                return Squeeze(shape, node.Integers("axes") ?? Known(node.Input(1)), node.Inputs.Length < 2 && !node.Has("axes"));
            case "Gather":
                return Gather(node, shape, node.Input(1)?.Shape);
            case "Shape":
                return [shape?.Length];
            case "Concat":
                return Concat(node);
            case "Slice" or "Pad":
                return shape is null ? null : new long?[shape.Length];
            case "Expand":
                return Broadcast(shape, node.Input(1)?.Elements ?? Unknown(node.Input(1)?.Shape is [{ } count] ? count : null));
            case "ConstantOfShape":
                return node.Input(0)?.Elements is { } target ? [.. target] : Unknown(shape is [{ } rank] ? rank : null);
            case "ReduceMean" or "ReduceSum" or "ReduceMax" or "ReduceMin" or "ReduceProd":
                return shape is not null && node.Integer("keepdims", 1) != 0 ? new long?[shape.Length] : null;
            case "GlobalAveragePool" or "AveragePool" or "MaxPool":
                return shape is { Length: > 2 } ? [shape[0], shape[1], .. new long?[shape.Length - 2]] : null;
            case "com.microsoft::Attention" or "com.microsoft::MultiHeadAttention" or "com.microsoft::GroupQueryAttention":
                return [shape?.Length > 0 ? shape[0] : null, null, null];
            case "com.microsoft::EmbedLayerNormalization":
                return [null, null, Dimension(node.Input(2)?.Shape, 1, 2)];
            case "Where":
                return Broadcast(Broadcast(shape, node.Input(1)?.Shape), node.Input(2)?.Shape);
            case "Add" or "Sub" or "Mul" or "Div" or "Pow" or "And" or "Or" or "Xor" or "Equal" or "Less" or "Greater" or "LessOrEqual"
                or "GreaterOrEqual" or "Mod" or "PRelu":
                return Broadcast(shape, node.Input(1)?.Shape);
            case "Min" or "Max" or "Sum" or "Mean":
                return node.Inputs.Skip(1).Aggregate(shape, (all, next) => Broadcast(all, next?.Shape));
            case "Cast" or "CastLike" or "Identity" or "Dropout" or "Relu" or "Erf" or "Tanh" or "Sigmoid" or "Sqrt" or "Reciprocal" or "Exp"
                or "Log" or "Neg" or "Abs" or "Sign" or "Floor" or "Ceil" or "Round" or "Clip" or "Softplus" or "Softsign" or "Elu" or "Selu" or "Celu"
                or "LeakyRelu" or "HardSwish" or "HardSigmoid" or "Mish" or "Gelu" or "Swish" or "ThresholdedRelu" or "Not" or "Softmax"
                or "LogSoftmax" or "LayerNormalization" or "RMSNormalization" or "SimplifiedLayerNormalization" or "BatchNormalization"
                or "InstanceNormalization" or "GroupNormalization" or "Trilu" or "CumSum" or "Sin" or "Cos" or "QuantizeLinear"
                or "DequantizeLinear" or "DynamicQuantizeLinear" or "com.microsoft::QuantizeLinear" or "com.microsoft::DequantizeLinear"
                or "com.microsoft::BiasGelu" or "com.microsoft::FastGelu"
                or "com.microsoft::QuickGelu" or "com.microsoft::Gelu" or "com.microsoft::SkipLayerNormalization"
                or "com.microsoft::SkipSimplifiedLayerNormalization" or "com.microsoft::SimplifiedLayerNormalization":
                return shape is null ? null : [.. shape];
            default:
                return null;
        }
    }

    /// <summary>An axis counted from the front; null when it lies outside.</summary>
    internal static int? Axis(long axis, int rank)
    {
        var front = axis < 0 ? axis + rank : axis;
        return front >= 0 && front < rank ? (int)front : null;
    }

    private static long?[]? Unknown(long? rank) => rank is >= 0 and <= 16 ? new long?[rank.Value] : null;

    private static long? Dimension(long?[]? shape, int axis, int rank) => shape?.Length == rank ? shape[axis] : null;

    private static List<long>? Known(GraphValue? value) =>
        value?.Elements is { } elements && Array.TrueForAll(elements, e => e is not null) ? elements.Select(e => e!.Value).ToList() : null;

    private static long?[] WithLast(long?[] shape, long? last) => shape.Length == 0 ? [] : [.. shape[..^1], last];

    private static long?[]? Product(GraphNode node, long?[]? left, long?[]? right)
    {
        if (left is not { Length: > 1 } || right is not { Length: > 1 })
        {
            return null;
        }

        var rows = left[node.Integer("transA", 0) != 0 ? ^1 : ^2];
        var columns = right[node.Integer("transB", 0) != 0 ? ^2 : ^1];
        return Broadcast(left[..^2], right[..^2]) is { } batch ? [.. batch, rows, columns] : null;
    }

    private static long?[]? Convolution(GraphNode node, long?[]? shape)
    {
        var weights = node.Input(1)?.Shape;
        return (shape?.Length ?? weights?.Length) is { } rank and > 2
            ? [shape?[0], weights?.Length == rank ? weights[0] : null, .. new long?[rank - 2]]
            : null;
    }

    private static long?[]? Reshape(long?[]? shape, GraphValue? target)
    {
        if (target?.Elements is not { } elements)
        {
            return Unknown(target?.Shape is [{ } rank] ? rank : null);
        }

        var result = new long?[elements.Length];
        for (var i = 0; i < result.Length; i++)
        {
            result[i] = elements[i] switch
            {
                0 => shape is not null && i < shape.Length ? shape[i] : null,
                > 0 => elements[i],
                _ => null,
            };
        }

        return result;
    }

    private static long?[]? Transpose(GraphNode node, long?[]? shape)
    {
        var permutation = node.Integers("perm");
        if (permutation is null)
        {
            return shape?.Reverse().ToArray();
        }

        if (shape is not null && shape.Length != permutation.Count)
        {
            return null;
        }

        return permutation.Select(p => shape is not null && p >= 0 && p < shape.Length ? shape[p] : null).ToArray();
    }

    private static long?[] Flatten(GraphNode node, long?[]? shape)
    {
        var axis = node.Integer("axis", 1);
        return shape is { Length: 2 } && axis is 1 or -1 ? [.. shape!]
            : shape is { Length: > 0 } && (axis == -1 || axis == shape.Length - 1) ? [null, shape[^1]]
            : [null, null];
    }

    private static long?[]? Unsqueeze(long?[]? shape, IReadOnlyList<long>? axes)
    {
        if (shape is null || axes is null || axes.Count > 16)
        {
            return null;
        }

        var result = new long?[shape.Length + axes.Count];
        foreach (var axis in axes)
        {
            if (Axis(axis, result.Length) is not { } place)
            {
                return null;
            }

            result[place] = 1;
        }

        var next = 0;
        for (var i = 0; i < result.Length; i++)
        {
            if (result[i] is null)
            {
                if (next == shape.Length)
                {
                    return null;
                }

                result[i] = shape[next++];
            }
        }

        return result;
    }

    private static long?[]? Squeeze(long?[]? shape, IReadOnlyList<long>? axes, bool all)
    {
        if (shape is null || (axes is null && (!all || shape.Contains(null))))
        {
            return null;
        }

        var removed = axes is null
            ? Enumerable.Range(0, shape.Length).Where(i => shape[i] == 1).ToHashSet()
            : axes.Select(a => Axis(a, shape.Length) ?? -1).ToHashSet();
        return shape.Where((_, i) => !removed.Contains(i)).ToArray();
    }

    private static long?[]? Gather(GraphNode node, long?[]? shape, long?[]? indices) =>
        shape is not null && indices is not null && Axis(node.Integer("axis", 0), shape.Length) is { } axis
            ? [.. shape[..axis], .. indices, .. shape[(axis + 1)..]]
            : null;

    private static long?[]? Concat(GraphNode node)
    {
        if (node.Inputs.FirstOrDefault(i => i?.Shape is not null)?.Shape is not { } some || Axis(node.Integer("axis", 0), some.Length) is not { } axis)
        {
            return null;
        }

        var result = (long?[])some.Clone();
        result[axis] = 0;
        foreach (var input in node.Inputs)
        {
            result[axis] = input?.Shape is { } shape && shape.Length == some.Length ? result[axis] + shape[axis] : null;
        }

        return result;
    }

    private static long?[]? Broadcast(long?[]? left, long?[]? right)
    {
        if (left is null || right is null)
        {
            return null;
        }

        var result = new long?[Math.Max(left.Length, right.Length)];
        for (var i = 1; i <= result.Length; i++)
        {
            var a = i <= left.Length ? left[^i] : 1;
            var b = i <= right.Length ? right[^i] : 1;
            result[^i] = a == 1 ? b : b == 1 ? a : a ?? b;
        }

        return result;
    }
}
