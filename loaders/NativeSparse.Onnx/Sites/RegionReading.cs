namespace NativeSparse.Onnx;

/// <summary>
/// Reads a region forward: which values are still a linear with biases, which are behind the activation, where the features lie, and what the
/// region computes as a function of one or two numbers.
/// </summary>
internal sealed class RegionReading
{
    private readonly Region _region;
    private readonly LinearTable _linears;
    private readonly TensorReader _tensors;
    private readonly bool _scalarBiases;
    private readonly Dictionary<GraphValue, RegionValue> _values = [];
    private readonly List<Leaf> _variables = [];
    private readonly Dictionary<GraphValue, double> _scalars = [];
    private readonly SortedDictionary<int, GraphNode> _movements = [];

    private RegionReading(Region region, LinearTable linears, TensorReader tensors, bool scalarBiases)
    {
        _region = region;
        _linears = linears;
        _tensors = tensors;
        _scalarBiases = scalarBiases;
    }

    /// <summary>What goes into the activation: one (plain) or two (gated).</summary>
    internal IReadOnlyList<Leaf> Variables => _variables;

    /// <summary>The movements between the first linear and the last value, by stage.</summary>
    internal IReadOnlyList<GraphNode> Movements => [.. _movements.Values];

    /// <summary>The values of the region and the outputs of its linears.</summary>
    internal IReadOnlyDictionary<GraphValue, RegionValue> Values => _values;

    /// <summary>The constants of one element in the region.</summary>
    internal IReadOnlyDictionary<GraphValue, double> Scalars => _scalars;

    /// <summary>Whether constants of 16 bits take part.</summary>
    internal bool Half { get; private set; }

    /// <summary>Whether quantize/dequantize pairs are looked through.</summary>
    internal bool Quantized { get; private set; }

    /// <summary>Why it is no network; null when nothing is wrong.</summary>
    internal string? Reason { get; private set; }

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
            Half |= source.ValueType is "float16" or "bfloat16";
            Quantized |= source.Quantized;
            _values[source.Output] = new RegionValue(source.OutputAxis, source.OutputWidth, 0, source.Activation is null ? leaf : null);
            if (source.Activation is not null)
            {
                Variable(leaf);
            }
        }

        foreach (var node in _region.Nodes)
        {
            if (Reason is null)
            {
                Step(node);
            }
        }

        if (Reason is null && _values.TryGetValue(down.Input, out var result))
        {
            if (result.Leaf is not null)
            {
                Reason = "no activation between the two linears";
            }
            else if (result.Axis != down.InputAxis)
            {
                Reason = "the second linear sums over another axis than the one the first writes";
            }
            else if (result.Width != down.InputWidth)
            {
                Reason = $"the first linear writes {result.Width} features, the second reads {down.InputWidth}";
            }
        }
        else
        {
            Reason ??= "the second linear does not read the first";
        }
    }

    private void Step(GraphNode node)
    {
        if (ElementwiseOperators.Contains(node))
        {
            Elementwise(node);
            return;
        }

        if (node.Input(0) is not { } input || node.Output(0) is not { } output || !_values.TryGetValue(input, out var value))
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
            Quantized = true;
            if (value.Leaf is { } leaf)
            {
                Variable(leaf);
            }

            _values[output] = value with { Leaf = null };
        }
        else
        {
            Quantized |= Quantization.IsHalf(node);
            _values[output] = value;
        }
    }

    private void Move(GraphNode node, GraphValue output, RegionValue value)
    {
        if ((value.Inner == 0 ? FeatureSplit.OfReshape(node, value) : FeatureSplit.Squeezed(node, value)) is { } split)
        {
            _values[output] = split;
            return;
        }

        if (value.Inner != 0 || FeatureAxis.After(node, value.Axis, value.Width) is not { } axis)
        {
            Reason = $"{node.Operator} '{node.Name}' does not keep the features on one axis";
            return;
        }

        var stage = value.Stage + 1;
        if (_movements.TryGetValue(stage, out var other) && !Equivalent(node, other))
        {
            Reason = $"'{node.Name}' and '{other.Name}' move the two branches differently";
            return;
        }

        _movements.TryAdd(stage, node);
        _values[output] = value with { Axis = axis, Stage = stage };
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
            Reason = $"{node.Operator} '{node.Name}' takes a part of the activation's output";
            return;
        }

        foreach (var (output, part) in value.Inner == 0 ? [] : FeatureSplit.Parts(node, value))
        {
            _values[output] = part;
        }

        foreach (var (output, start, step, count) in value.Inner == 0 && node.Operator != "Gather" ? ColumnRanges.Of(node, value.Axis, value.Width) : [])
        {
            if (leaf.Columns(start, step, count) is { } part)
            {
                _values[output] = value with { Leaf = part, Width = count };
            }
        }

        if (!node.Outputs.Any(o => o is not null && _values.ContainsKey(o)))
        {
            Reason = $"the columns that {node.Operator} '{node.Name}' takes cannot be determined";
        }
    }

    private void Elementwise(GraphNode node)
    {
        RegionValue? common = null;
        GraphValue? vector = null;
        foreach (var input in node.Inputs)
        {
            if (input is null)
            {
                continue;
            }

            if (_values.TryGetValue(input, out var value))
            {
                if (value.Inner != 0 || (common is not null && (common.Axis, common.Width, common.Stage) != (value.Axis, value.Width, value.Stage)))
                {
                    Reason = $"'{node.Name}' combines values of different width or layout";
                    return;
                }

                common ??= value;
            }
            else if (_linears.Constant(input) is { } constant)
            {
                if (constant.Count != 1 || constant.Shape.Length > RankBeside(node, input))
                {
                    vector = input;
                }
                else if (!_scalars.ContainsKey(input))
                {
                    Half |= constant.ValueType is "float16" or "bfloat16";
                    _scalars.Add(input, constant.ReadScalar(_tensors));
                }
            }
            else
            {
                Reason ??= $"'{node.Name}' also reads '{input.Name}', which no linear here writes";
                return;
            }
        }

        if (common is null || node.Output(0) is not { } output)
        {
            Reason ??= $"'{node.Name}' depends on constants only";
            return;
        }

        if (AddBias(node, output) || Reason is not null)
        {
            return;
        }

        if (vector is not null && !(ElementwiseOperators.AddsBias(node) && vector == node.Input(1)))
        {
            Reason = $"{node.Operator} '{node.Name}' has a vector '{vector.Name}': not one scalar function";
            return;
        }

        foreach (var input in node.Inputs)
        {
            if (input is not null && _values.TryGetValue(input, out var value) && value.Leaf is { } leaf)
            {
                Variable(ElementwiseOperators.AddsBias(node) && node.Input(1) is { } added ? leaf.With(new LinearBias(_linears.Constant(added)!)) : leaf);
            }
        }

        _values[output] = common with { Leaf = null };
    }

    /// <summary>The rank that a constant may have without adding axes to the value beside it.</summary>
    private int RankBeside(GraphNode node, GraphValue constant) =>
        node.Inputs.FirstOrDefault(i => i is not null && !ReferenceEquals(i, constant) && _values.ContainsKey(i))?.Rank ?? 2;

    private bool AddBias(GraphNode node, GraphValue output)
    {
        if (ElementwiseOperators.AddsBias(node) && node.Input(1) is { } second)
        {
            if (node.Input(0) is not { } first || !_values.TryGetValue(first, out var before) || before.Leaf is null
                || _linears.Constant(second) is not { } bias || !LinearBias.Fits(bias, before.Axis, before.Width, first.Rank) || before.Axis != -1)
            {
                Reason = $"the bias of {node.Operator} '{node.Name}' does not fit the linear before it";
            }

            return false;
        }

        if (node.Operator != "Add" || node.Inputs.Length != 2)
        {
            return false;
        }

        for (var side = 0; side < 2; side++)
        {
            if (node.Inputs[side] is { } constantSide && node.Inputs[1 - side] is { } other
                && _values.TryGetValue(other, out var value) && value is { Leaf: { } leaf, Inner: 0 } && _linears.Constant(constantSide) is { } constant)
            {
                var fits = LinearBias.Fits(constant, value.Axis, value.Width, other.Rank)
                    || (_scalarBiases && constant.Count == 1 && constant.Shape.Length <= (other.Rank ?? 1) && OnlyReader(other, node));
                if (fits)
                {
                    _values[output] = value with { Leaf = leaf.With(new LinearBias(constant)) };
                    return true;
                }
            }
        }

        return false;
    }

    private static bool OnlyReader(GraphValue value, GraphNode node) => value.Consumers.TrueForAll(c => ReferenceEquals(c, node));

    private void Variable(Leaf leaf)
    {
        if (!_variables.Exists(v => v.Matches(leaf)))
        {
            _variables.Add(leaf);
        }
    }
}
