namespace NativeSparse.Onnx;

/// <summary>Which columns Split and Slice take of the features.</summary>
internal static class ColumnRanges
{
    /// <summary>Per output: first column, distance and number; nothing when another axis is cut or the numbers are not known.</summary>
    internal static IEnumerable<(GraphValue Output, long Start, long Step, long Count)> Of(GraphNode node, int axis, long width) =>
        node.Operator == "Split" ? OfSplit(node, axis, width) : OfSlice(node, axis, width);

    private static IEnumerable<(GraphValue Output, long Start, long Step, long Count)> OfSplit(GraphNode node, int axis, long width)
    {
        var sizes = node.Integers("split") ?? Known(node.Input(1));
        var cut = node.Integer("axis", 0);
        var parts = node.Outputs.Length;
        if (sizes is null && parts > 0)
        {
            var size = (width + parts - 1) / parts;
            sizes = node.Input(1) is null
                ? Enumerable.Range(0, parts).Select(i => Math.Min(size, width - (i * size))).ToArray()
                : null;
        }

        if (sizes is null || sizes.Count != parts || sizes.Any(s => s < 0 || s > width) || sizes.Aggregate(0L, (sum, s) => sum + s) != width
            || !Same(cut, axis, node.Input(0)?.Rank, node.Has("split") || node.Input(1) is not null))
        {
            yield break;
        }

        long start = 0;
        for (var i = 0; i < parts; i++)
        {
            if (node.Outputs[i] is { } output)
            {
                yield return (output, start, 1, sizes[i]);
            }

            start += sizes[i];
        }
    }

    private static IEnumerable<(GraphValue Output, long Start, long Step, long Count)> OfSlice(GraphNode node, int axis, long width)
    {
        var starts = node.Integers("starts") ?? Known(node.Input(1));
        var ends = node.Integers("ends") ?? Known(node.Input(2));
        var axes = node.Integers("axes") ?? Known(node.Input(3));
        var steps = node.Input(4) is null ? [1] : Known(node.Input(4));
        if (starts is not { Count: 1 } || ends is not { Count: 1 } || axes is not { Count: 1 } || steps is not [> 0 and var step]
            || !Same(axes[0], axis, node.Input(0)?.Rank, false) || node.Output(0) is not { } output)
        {
            yield break;
        }

        var start = Math.Clamp(starts[0] < 0 ? starts[0] + width : starts[0], 0, width);
        var end = Math.Clamp(ends[0] < 0 ? ends[0] + width : ends[0], 0, width);
        if (start < end)
        {
            yield return (output, start, step, ((end - start - 1) / step) + 1);
        }
    }

    private static bool Same(long cut, int axis, int? rank, bool checkedBySizes) =>
        cut < 0 ? cut == axis : rank is { } known ? cut - known == axis : checkedBySizes;

    private static long[]? Known(GraphValue? value) =>
        value?.Elements is { } elements && Array.TrueForAll(elements, e => e is not null) ? Array.ConvertAll(elements, e => e!.Value) : null;
}
