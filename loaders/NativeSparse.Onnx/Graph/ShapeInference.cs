namespace NativeSparse.Onnx;

/// <summary>
/// Fills in shapes and the elements of small integer tensors, as far as the operators around linears need them: one pass over the nodes
/// in order, unknown wherever a rule is missing.
/// </summary>
internal sealed class ShapeInference(TensorReader tensors)
{
    private const int LargestKnownTensor = 64;

    /// <summary>Infers the shapes of all graphs of an index.</summary>
    /// <exception cref="ModelFormatException">A small constant cannot be read.</exception>
    internal void Run(GraphIndex index)
    {
        foreach (var scope in index.Scopes)
        {
            foreach (var value in scope.Values.Values)
            {
                if (value.Tensor is { } tensor)
                {
                    value.Shape = [.. tensor.Dims];
                    value.Elements = ReadElements(tensor);
                }
            }
        }

        foreach (var scope in index.Scopes)
        {
            foreach (var node in scope.Nodes)
            {
                Infer(node);
            }
        }
    }

    private long?[]? ReadElements(Protobuf.TensorProto tensor)
    {
        if (ElementTypes.Name(tensor.DataType) is not ("int64" or "int32") || tensor.Dims.Count > 1 || tensors.Count(tensor) > LargestKnownTensor)
        {
            return null;
        }

        return Array.ConvertAll(tensors.ReadIntegers<long>(tensor), v => (long?)v);
    }

    private static void Infer(GraphNode node)
    {
        var first = node.Input(0);
        if (node.Output(0) is not { } output || output.Tensor is not null)
        {
            return;
        }

        output.Elements = ShapeArithmetic.Elements(node);
        if (output.Elements is { Length: > LargestKnownTensor })
        {
            output.Elements = null;
        }

        var shape = ShapeRules.Output(node);
        if (shape is not null)
        {
            output.Shape = Merge(shape, output.Shape);
        }

        if (node.Operator == "Split" && first?.Shape is { } whole)
        {
            foreach (var part in node.Outputs)
            {
                if (part is not null)
                {
                    var dimensions = (long?[])whole.Clone();
                    if (ShapeRules.Axis(node.Integer("axis", 0), whole.Length) is { } axis)
                    {
                        dimensions[axis] = null;
                    }

                    part.Shape = Merge(dimensions, part.Shape);
                }
            }
        }
        else if (node.Operator is "com.microsoft::SkipLayerNormalization" or "com.microsoft::SkipSimplifiedLayerNormalization"
            && node.Output(3) is { } sum)
        {
            sum.Shape ??= first?.Shape;
        }
    }

    private static long?[] Merge(long?[] inferred, long?[]? declared)
    {
        if (declared is null || declared.Length != inferred.Length)
        {
            return inferred;
        }

        for (var i = 0; i < inferred.Length; i++)
        {
            inferred[i] ??= declared[i];
        }

        return inferred;
    }
}
