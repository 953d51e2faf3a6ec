namespace NativeSparse.Onnx;

/// <summary>Groups linears that read one value.</summary>
internal static class LinearGroups
{
    /// <summary>Most linears of one group.</summary>
    private const int MostOutputs = 32;

    /// <summary>The groups, in the order of their first linear.</summary>
    internal static IReadOnlyList<LinearSite> Of(IEnumerable<Linear> linears, LinearTable table, SiteNames names, TensorReader tensors)
    {
        var groups = new Dictionary<Key, List<Linear>>();
        var order = new List<(Key Key, List<Linear> Linears)>();
        foreach (var linear in linears.Where(l => l.Refusal is null))
        {
            var key = new Key(
                Quantization.Source(linear.Input) ?? linear.Input, linear.Node.Scope, linear.InputAxis, linear.Weight.StoredType, linear.ValueType,
                linear.InputWidth, Obstacle(linear));
            if (!groups.TryGetValue(key, out var group) || group.Count == MostOutputs)
            {
                groups[key] = group = [];
                order.Add((key, group));
            }

            group.Add(linear);
        }

        return [.. order.Select(group => Make(group.Key, [.. group.Linears.Select(linear => (linear, Bias(linear, table)))], names, tensors))];
    }

    private static LinearSite Make(Key key, IReadOnlyList<(Linear Linear, DownTail? Bias)> group, SiteNames names, TensorReader tensors)
    {
        Linear[] linears = [.. group.Select(l => l.Linear)];
        return new LinearSite(() => [.. group.Select(l => Read(l.Linear, l.Bias, tensors))])
        {
            Name = linears.Length == 1 && linears[0].Node.Proto.Name.Length > 0
                ? names.Unique(linears[0].Node.Proto.Name)
                : names.Next(linears, [], "linear"),
            Input = key.Input.Name,
            InputWidth = key.Width,
            OutputWidths = [.. linears.Select(l => l.OutputWidth)],
            Outputs = [.. group.Select(l => (l.Bias?.Output ?? l.Linear.Output).Name)],
            Nodes = [.. linears.Select(l => l.Node.Name)],
            WeightType = key.StoredType,
            ValueType = key.ValueType,
            Obstacle = key.Obstacle,
            Quantized = Array.Exists(linears, l => l.Quantized),
            Parameters = group.Sum(l => ((long)l.Linear.InputWidth * l.Linear.OutputWidth) + (l.Linear.Bias is null && l.Bias is null ? 0 : l.Linear.OutputWidth)),
            Placement = key.Obstacle is null
                ? new LinearPlacement
                {
                    Graph = key.Scope.Proto,
                    Input = key.Input.Name,
                    Type = key.ValueType,
                    Parts = [.. group.Select(l => Place(l.Linear, l.Bias))],
                }
                : null,
        };
    }

    private static (IReadOnlyList<Protobuf.NodeProto> Nodes, Protobuf.NodeProto Last, string Output) Place(Linear linear, DownTail? bias)
    {
        var output = bias?.Output ?? linear.Output;
        return ([.. linear.Nodes.Concat(bias?.Nodes ?? []).Select(n => n.Proto)], output.Producer!.Proto, output.Name);
    }

    /// <summary>The Add of a constant that follows a linear and that alone reads it.</summary>
    private static DownTail? Bias(Linear linear, LinearTable table) =>
        DownTail.Follow(linear, table) is { Bias: not null, Nodes.Count: 1 } tail ? tail : null;

    private static string? Obstacle(Linear linear)
    {
        if (linear.InputAxis != -1 || linear.OutputAxis != -1)
        {
            return "its features do not lie on the last axis (a 1x1 convolution, or a product with the weights on the left)";
        }

        if (linear.Activation is not null)
        {
            return "its operator applies an activation";
        }

        return linear.ValueType is "float32" or "float16" or "float64" ? null : $"its values are {linear.ValueType}";
    }

    private static LinearWeights Read(Linear linear, DownTail? tail, TensorReader tensors)
    {
        float[]? bias = null;
        if (linear.Bias is not null || tail is not null)
        {
            bias = new float[linear.OutputWidth];
            linear.Bias?.AddTo(bias, tensors);
            tail?.Bias!.AddTo(bias, tensors);
        }

        return new LinearWeights { InputWidth = linear.InputWidth, OutputWidth = linear.OutputWidth, Weight = linear.Read(tensors), Bias = bias };
    }

    private sealed record Key(GraphValue Input, GraphScope Scope, int Axis, string StoredType, string ValueType, int Width, string? Obstacle);
}
