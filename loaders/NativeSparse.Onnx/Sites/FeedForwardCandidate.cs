namespace NativeSparse.Onnx;

/// <summary>Linears and the region between them, judged: a site, or the reason why not.</summary>
internal sealed class FeedForwardCandidate
{
    private readonly Region _region;
    private readonly RegionReading _reading;
    private readonly Linear _down;
    private readonly DownTail _tail;

    private FeedForwardCandidate(Region region, RegionReading reading, Linear down, DownTail tail)
    {
        _region = region;
        _reading = reading;
        _down = down;
        _tail = tail;
    }

    /// <summary>Why it is no site; null when it is one.</summary>
    internal string? Reason { get; private set; }

    /// <summary>The nodes that multiply.</summary>
    internal IEnumerable<GraphNode> LinearNodes => _region.Sources.Append(_down).Select(l => l.Node);

    /// <summary>The region between the linears, read forward.</summary>
    internal RegionReading Reading => _reading;

    /// <summary>The linears before the activation.</summary>
    internal IReadOnlyList<Linear> Sources => _region.Sources;

    /// <summary>The second linear.</summary>
    internal Linear Down => _down;

    /// <summary>What follows it.</summary>
    internal DownTail Tail => _tail;

    /// <summary>The function between the linears, once it is recognized.</summary>
    internal ActivationFit? Fit { get; private set; }

    /// <summary>The value that the first linears read, once it is known to be one.</summary>
    internal GraphValue? Input { get; private set; }

    /// <summary>Judges a candidate.</summary>
    internal static FeedForwardCandidate Create(Region region, RegionReading reading, Linear down, LinearTable linears)
    {
        var candidate = new FeedForwardCandidate(region, reading, down, DownTail.Follow(down, linears));
        candidate.Reason = candidate.Judge();
        return candidate;
    }

    private string? Judge()
    {
        if (_reading.Reason is { } reason)
        {
            return reason;
        }

        var leaves = _reading.Variables;
        if (leaves.Count is 0 or > 2 || _region.Sources.Any(s => !leaves.Any(v => ReferenceEquals(v.Linear, s))))
        {
            return $"{leaves.Count} linears meet in front of the second one, expected one or two";
        }

        if (leaves.Any(l => l.Count != _down.InputWidth))
        {
            return $"the first linear writes {leaves[0].Count} features, the second reads {_down.InputWidth}";
        }

        if (leaves.Count == 2 && ReferenceEquals(leaves[0].Linear, leaves[1].Linear) && Overlap(leaves[0], leaves[1]))
        {
            return "the first linear is used twice, with and without its bias";
        }

        if (_region.Sources.Append(_down).FirstOrDefault(l => l.Refusal is not null) is { } refused)
        {
            return refused.Refusal;
        }

        if (_down.Activation is not null)
        {
            return "the activation after the second linear is fused into it: its own output does not exist";
        }

        if (SameInput() is not { } input)
        {
            return "the two first linears read different values";
        }

        Input = input;
        var values = leaves.Count == 1
            ? RegionFunction.Evaluate(_region, _reading, _down.Input, ActivationFit.PlainGrid)
            : RegionFunction.Evaluate(_region, _reading, _down.Input, ActivationFit.GatedGrid.First, ActivationFit.GatedGrid.Second);
        Fit = leaves.Count == 1 ? ActivationFit.Plain(values, _reading.Half) : ActivationFit.Gated(values, _reading.Half);
        if (Fit.Name is null)
        {
            return Fit.Reason;
        }

        return leaves.Count == 1 && Fit.Name == "identity"
            ? "no activation between the two linears"
            : Escape() ?? Mixture.Reason(input, _tail.Output);
    }

    private static bool Overlap(Leaf left, Leaf right)
    {
        if (left.Step != right.Step)
        {
            return true;
        }

        return left.Step == 1
            ? left.Start < right.Start + right.Count && right.Start < left.Start + left.Count
            : (left.Start - right.Start) % left.Step == 0;
    }

    /// <summary>The value that all first linears read, quantize/dequantize pairs and differing reshapes of one value looked through.</summary>
    private GraphValue? SameInput()
    {
        var linears = _region.Sources;
        var inputs = linears.Select(l => Quantization.Source(l.Input) ?? l.Input).Distinct().ToList();
        var axis = linears[0].InputAxis;
        if (linears.Any(l => l.InputAxis != axis || l.InputWidth != linears[0].InputWidth || l.ValueType != linears[0].ValueType))
        {
            return null;
        }

        if (inputs.Count == 1)
        {
            return inputs[0];
        }

        return axis == -1 && inputs.Select(Root).Distinct().Count() == 1 && inputs.All(i => i.Rank == inputs[0].Rank && RegionReading.SameShape(i.Shape, inputs[0].Shape))
            ? inputs[0]
            : null;
    }

    private static GraphValue Root(GraphValue value)
    {
        for (var hops = 0; hops < 8 && value.Producer is { } node; hops++)
        {
            if (Quantization.Source(value) is { } source)
            {
                value = source;
            }
            else if ((node.Operator == "Reshape" || FeatureAxis.IsPass(node)) && node.Input(0) is { } input)
            {
                value = input;
            }
            else
            {
                break;
            }
        }

        return value;
    }

    /// <summary>The nodes between input and output.</summary>
    internal HashSet<GraphNode> AllNodes() => [.. _region.Nodes, .. _region.Sources.SelectMany(s => s.Nodes), .. _down.InputNodes, .. _down.Nodes, .. _tail.Nodes];

    /// <summary>Whether something outside reads a value inside (its shape apart), or the nodes lie in several graphs.</summary>
    private string? Escape()
    {
        var nodes = AllNodes();
        var scope = _down.Node.Scope;
        foreach (var node in nodes)
        {
            if (!ReferenceEquals(node.Scope, scope))
            {
                return $"'{node.Name}' lies in another graph than the second linear";
            }

            foreach (var output in node.Outputs)
            {
                if (output is null || ReferenceEquals(output, _tail.Output))
                {
                    continue;
                }

                if (output.IsGraphOutput)
                {
                    return $"its inner value '{output.Name}' is an output of the graph: the first linear would be computed twice";
                }

                if (output.Consumers.FirstOrDefault(c => !nodes.Contains(c) && !(ShapeReaders.Contains(c) && ShapeCanFollow(output))) is { } reader)
                {
                    return $"its inner value '{output.Name}' is also read by {reader.Operator} '{reader.Name}': the first linear would be computed twice";
                }
            }
        }

        return null;
    }

    private bool ShapeCanFollow(GraphValue value) => Inner().TryGetValue(value.Name, out var inner) && (inner.Axis == -1 || inner.Width == _down.OutputWidth);

    /// <summary>The values between input and output: the stage they are at, their features and the axis of these.</summary>
    internal Dictionary<string, (int Stage, long Width, int Axis)> Inner()
    {
        var inner = new Dictionary<string, (int, long, int)>(StringComparer.Ordinal);
        foreach (var (value, known) in _reading.Values)
        {
            if (known.Inner == 0)
            {
                inner[value.Name] = (known.Stage, known.Width, known.Axis);
            }
        }

        var stage = _reading.Movements.Count + 1;
        var axis = _down.OutputAxis;
        inner[_down.Output.Name] = (stage, _down.OutputWidth, axis);
        foreach (var node in _tail.Nodes)
        {
            if (FeatureAxis.IsMovement(node))
            {
                stage++;
                axis = FeatureAxis.After(node, axis, _down.OutputWidth) ?? axis;
            }

            if (node.Output(0) is { } output && !ReferenceEquals(output, _tail.Output))
            {
                inner[output.Name] = (stage, _down.OutputWidth, axis);
            }
        }

        return inner;
    }
}
