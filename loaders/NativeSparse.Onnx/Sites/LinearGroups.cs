namespace NativeSparse.Onnx;

/// <summary>Groups linears that read one value.</summary>
internal static class LinearGroups
{
    /// <summary>The groups, in the order of their first linear.</summary>
    internal static IReadOnlyList<LinearSite> Of(IEnumerable<Linear> linears, SiteNames names)
    {
        var groups = new Dictionary<(GraphValue Input, int Axis, string Type, int Width), List<Linear>>();
        foreach (var linear in linears.Where(l => l.Refusal is null))
        {
            var key = (Quantization.Source(linear.Input) ?? linear.Input, linear.InputAxis, linear.Weight.StoredType, linear.InputWidth);
            if (!groups.TryGetValue(key, out var group))
            {
                groups.Add(key, group = []);
            }

            group.Add(linear);
        }

        return [.. groups.Select(g => Make(g.Key.Input, g.Value, names))];
    }

    private static LinearSite Make(GraphValue input, List<Linear> group, SiteNames names) => new()
    {
        Name = group.Count == 1 && group[0].Node.Proto.Name.Length > 0 ? names.Unique(group[0].Node.Proto.Name) : names.Next(group, [], "linear"),
        Input = input.Name,
        InputWidth = group[0].InputWidth,
        OutputWidths = [.. group.Select(l => l.OutputWidth)],
        Nodes = [.. group.Select(l => l.Node.Name)],
        WeightType = group[0].Weight.StoredType,
        Quantized = group.Exists(l => l.Quantized),
        Parameters = group.Sum(l => ((long)l.InputWidth * l.OutputWidth) + (l.Bias is null ? 0 : l.OutputWidth)),
    };
}
