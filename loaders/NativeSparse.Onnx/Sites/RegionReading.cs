namespace NativeSparse.Onnx;

/// <summary>
/// Reads a region forward: which values are still a linear with biases, which are behind the activation, where the features lie, and what the
/// region computes as a function of one or two numbers.
/// </summary>
internal sealed class RegionReading
{
    private readonly Region _region;
    private readonly RegionState _state = new();
    private readonly ElementwiseReading _elementwise;
    private readonly SortedDictionary<int, GraphNode> _movements = [];

    private RegionReading(Region region, LinearTable linears, TensorReader tensors, bool scalarBiases)
    {
        _region = region;
        _elementwise = new ElementwiseReading(_state, linears, tensors, scalarBiases);
    }

    /// <summary>What goes into the activation: one (plain) or two (gated).</summary>
    internal IReadOnlyList<Leaf> Variables => _state.Variables;

    /// <summary>The movements between the first linear and the last value, by stage.</summary>
    internal IReadOnlyList<GraphNode> Movements => [.. _movements.Values];

    /// <summary>The values of the region and the outputs of its linears.</summary>
    internal IReadOnlyDictionary<GraphValue, RegionValue> Values => _state.Values;

    /// <summary>The constants of one element in the region.</summary>
    internal IReadOnlyDictionary<GraphValue, double> Scalars => _state.Scalars;

    /// <summary>Whether constants of 16 bits take part.</summary>
    internal bool Half => _state.Half;

    /// <summary>Whether quantize/dequantize pairs are looked through.</summary>
    internal bool Quantized => _state.Quantized;

    /// <summary>Why it is no network; null when nothing is wrong.</summary>
    internal string? Reason => _state.Reason;

    /// <summary>Reads a region up to the input of a linear.</summary>
    /// <param name="region">The region.</param>
    /// <param name="down">The linear after it.</param>
    /// <param name="linears">Linears and constants.</param>
    /// <param name="tensors">Reads scalar constants.</param>
    /// <param name="scalarBiases">Take one number added to a linear as a bias instead of as part of the activation.</param>
    /// <exception cref="ModelFormatException">A constant cannot be read.</exception>
    internal static RegionReading Read(Region region, Linear down, LinearTable linears, TensorReader tensors, bool scalarBiases)
    {
        var reading = new RegionReading(region, linears, tensors, scalarBiases);
        reading.Run(down);
        return reading;
    }

    private void Run(Linear down)
    {
        foreach (var source in _region.Sources)
        {
            var leaf = new Leaf { Linear = source, Count = source.OutputWidth };
            _state.Half |= source.ValueType is "float16" or "bfloat16";
            _state.Quantized |= source.Quantized;
            _state.Values[source.Output] = new RegionValue(source.OutputAxis, source.OutputWidth, 0, source.Activation is null ? leaf : null);
            if (source.Activation is not null)
            {
                _state.AddVariable(leaf);
            }
        }

        foreach (var node in _region.Nodes)
        {
            if (_state.Reason is null)
            {
                Step(node);
            }
        }

        if (_state.Reason is null && _state.Values.TryGetValue(down.Input, out var result))
        {
            if (result.Leaf is not null)
            {
                _state.Reason = "no activation between the two linears";
            }
            else if (result.Axis != down.InputAxis)
            {
                _state.Reason = "the second linear sums over another axis than the one the first writes";
            }
            else if (result.Width != down.InputWidth)
            {
                _state.Reason = $"the first linear writes {result.Width} features, the second reads {down.InputWidth}";
            }
        }
        else
        {
            _state.Reason ??= "the second linear does not read the first";
        }
    }

    private void Step(GraphNode node)
    {
        if (ElementwiseOperators.Contains(node))
        {
            _elementwise.Read(node);
            return;
        }

        if (node.Input(0) is not { } input || node.Output(0) is not { } output || !_state.Values.TryGetValue(input, out var value))
        {
            return;
        }

        if (FeatureAxis.IsMovement(node))
        {
            Move(node, output, value);
        }
        else if (node.Operator is "Split" or "Slice" or "Gather")
        {
            Take(node, value);
        }
        else if (Quantization.ClipsBelowZero(node))
        {
            _state.Quantized = true;
            if (value.Leaf is { } leaf)
            {
                _state.AddVariable(leaf);
            }

            _state.Values[output] = value with { Leaf = null };
        }
        else
        {
            _state.Quantized |= Quantization.IsHalf(node);
            _state.Values[output] = value;
        }
    }

    private void Move(GraphNode node, GraphValue output, RegionValue value)
    {
        if ((value.Inner == 0 ? FeatureSplit.OfReshape(node, value) : FeatureSplit.Squeezed(node, value)) is { } split)
        {
            _state.Values[output] = split;
            return;
        }

        if (value.Inner != 0 || FeatureAxis.After(node, value.Axis, value.Width) is not { } axis)
        {
            _state.Reason = $"{node.Operator} '{node.Name}' does not keep the features on one axis";
            return;
        }

        var stage = value.Stage + 1;
        if (_movements.TryGetValue(stage, out var other) && !Equivalent(node, other))
        {
            _state.Reason = $"'{node.Name}' and '{other.Name}' move the two branches differently";
            return;
        }

        _movements.TryAdd(stage, node);
        _state.Values[output] = value with { Axis = axis, Stage = stage };
    }

    private static bool Equivalent(GraphNode left, GraphNode right) =>
        left.Operator == right.Operator
        && (left.Operator != "Transpose" || (left.Integers("perm") ?? []).SequenceEqual(right.Integers("perm") ?? []))
        && SameShape(left.Output(0)?.Shape, right.Output(0)?.Shape);

    /// <summary>Whether nothing known of two shapes differs.</summary>
    internal static bool SameShape(long?[]? left, long?[]? right) =>
        left is null || right is null
        || (left.Length == right.Length && Enumerable.Range(0, left.Length).All(i => left[i] is null || right[i] is null || left[i] == right[i]));

    private void Take(GraphNode node, RegionValue value)
    {
        if (value.Leaf is not { } leaf)
        {
            _state.Reason = $"{node.Operator} '{node.Name}' takes a part of the activation's output";
            return;
        }

        foreach (var (output, part) in value.Inner == 0 ? [] : FeatureSplit.Parts(node, value))
        {
            _state.Values[output] = part;
        }

        foreach (var (output, start, step, count) in value.Inner == 0 && node.Operator != "Gather" ? ColumnRanges.Of(node, value.Axis, value.Width) : [])
        {
            if (leaf.Columns(start, step, count) is { } part)
            {
                _state.Values[output] = value with { Leaf = part, Width = count };
            }
        }

        if (!node.Outputs.Any(o => o is not null && _state.Values.ContainsKey(o)))
        {
            _state.Reason = $"the columns that {node.Operator} '{node.Name}' takes cannot be determined";
        }
    }
}
