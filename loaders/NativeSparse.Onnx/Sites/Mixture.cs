namespace NativeSparse.Onnx;

/// <summary>Recognizes experts of a mixture that is in the graph already.</summary>
internal static class Mixture
{
    private const int FarthestNodes = 64;
    private const int FarthestReaders = 12;

    /// <summary>Why a network is an expert of a mixture; null when nothing says so.</summary>
    internal static string? Reason(GraphValue input, GraphValue output)
    {
        if (ReadsSelectedRows(input) is { } gather)
        {
            return $"expert of a mixture that is in the graph already: '{gather.Name}' gathers the rows it reads";
        }

        return Weighting(output) is { } node
            ? $"expert of a mixture that is in the graph already: {node.Operator} '{node.Name}' weights or scatters what it writes"
            : null;
    }

    private static GraphNode? ReadsSelectedRows(GraphValue value)
    {
        for (var hops = 0; hops < FarthestReaders && value.Producer is { } node; hops++)
        {
            if (node.Operator is "Gather" or "GatherND" or "GatherElements" or "Compress")
            {
                return node.Input(1) is { } indices && Selects(indices) ? node : null;
            }

            if ((!FeatureAxis.IsMovement(node) && !FeatureAxis.IsPass(node) && !Quantization.IsHalf(node)) || node.Input(0) is not { } before)
            {
                return null;
            }

            value = before;
        }

        return null;
    }

    private static GraphNode? Weighting(GraphValue value)
    {
        var open = new Queue<GraphValue>([value]);
        var seen = new HashSet<GraphValue>();
        while (seen.Count < FarthestReaders && open.TryDequeue(out var next))
        {
            if (!seen.Add(next))
            {
                continue;
            }

            foreach (var node in next.Consumers.Take(FarthestReaders))
            {
                if (node.Operator is "ScatterElements" or "ScatterND" or "Scatter")
                {
                    return node;
                }

                if (node.Operator == "Mul" || (next.Producer?.Operator == "Concat" && node.Operator is "MatMul" or "Einsum"))
                {
                    var other = ReferenceEquals(node.Input(0), next) ? node.Input(1) : node.Input(0);
                    if (other is not null && Selects(other, softmax: true))
                    {
                        return node;
                    }
                }

                if ((node.Operator is "Mul" || FeatureAxis.IsMovement(node) || FeatureAxis.IsPass(node) || Quantization.IsHalf(node) || node.Operator is "Expand" or "Concat")
                    && node.Output(0) is { } output)
                {
                    open.Enqueue(output);
                }
            }
        }

        return null;
    }

    /// <summary>Whether a value comes from a choice among experts: TopK, NonZero, OneHot, ArgMax (or a softmax, for weights).</summary>
    private static bool Selects(GraphValue value, bool softmax = false)
    {
        var open = new Queue<GraphValue>([value]);
        var seen = new HashSet<GraphValue>();
        while (seen.Count < FarthestNodes && open.TryDequeue(out var next))
        {
            if (!seen.Add(next) || next.Producer is not { } node || next.Tensor is not null)
            {
                continue;
            }

            if (node.Operator is "TopK" or "NonZero" or "OneHot" or "ScatterElements" or "ScatterND" || (softmax && node.Operator is "Softmax"))
            {
                return true;
            }

            if (node.Operator is "MatMul" or "Gemm" or "Conv" or "LayerNormalization" or "Shape")
            {
                continue;
            }

            foreach (var input in node.Inputs)
            {
                if (input is not null)
                {
                    open.Enqueue(input);
                }
            }
        }

        return false;
    }
}
