using NativeSparse.Onnx.Protobuf;

namespace NativeSparse.Onnx;

/// <summary>Linears and the region between them, judged: a site, or the reason why not.</summary>
internal sealed class FeedForwardCandidate
{
    private readonly Region _region;
    private readonly RegionReading _reading;
    private readonly Linear _down;
    private readonly DownTail _tail;
    private ActivationFit? _fit;
    private GraphValue? _input;

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

    private Leaf Up => _reading.Variables.Count == 1 ? _reading.Variables[0] : _reading.Variables[1 - _fit!.Gate];

    private Leaf? Gate => _reading.Variables.Count == 1 ? null : _reading.Variables[_fit!.Gate];

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

        _input = input;
        var values = leaves.Count == 1
            ? _reading.Evaluate(_down.Input, ActivationFit.PlainGrid)
            : _reading.Evaluate(_down.Input, ActivationFit.GatedGrid.First, ActivationFit.GatedGrid.Second);
        _fit = leaves.Count == 1 ? ActivationFit.Plain(values, _reading.Half) : ActivationFit.Gated(values, _reading.Half);
        if (_fit.Name is null)
        {
            return _fit.Reason;
        }

        return leaves.Count == 1 && _fit.Name == "identity"
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

        return axis == -1 && inputs.Select(Root).Distinct().Count() == 1 && inputs.Select(i => i.Rank).Distinct().Count() == 1 ? inputs[0] : null;
    }

    private static GraphValue Root(GraphValue value)
    {
        for (var hops = 0; hops < 8 && value.Producer is { } node; hops++)
        {
            if (Quantization.Source(value) is { } source)
            {
                value = source;
            }
            else if (node.Operator is "Reshape" or "Identity" && node.Input(0) is { } input)
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

    private HashSet<GraphNode> AllNodes() => [.. _region.Nodes, .. _region.Sources.SelectMany(s => s.Nodes), .. _down.InputNodes, .. _down.Nodes, .. _tail.Nodes];

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

    private Dictionary<string, (int Stage, long Width, int Axis)> Inner()
    {
        var inner = new Dictionary<string, (int, long, int)>(StringComparer.Ordinal);
        foreach (var (value, known) in _reading.Values)
        {
            inner[value.Name] = (known.Stage, known.Width, known.Axis);
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

    /// <summary>The site.</summary>
    internal FeedForwardSite ToSite(SiteNames names, TensorReader tensors)
    {
        var (up, gate, down, tail, fit) = (Up, Gate, _down, _tail, _fit!);
        var kind = gate is null ? FeedForwardKind.Plain : FeedForwardKind.Gated;
        var nodes = AllNodes().OrderBy(n => n.Position).ToList();
        var linears = _region.Sources.Append(down).ToList();

        return new FeedForwardSite(Read)
        {
            Name = names.Next(linears, _reading.Variables.SelectMany(v => v.WholeBiases.Concat(v.Biases)).Select(b => b.Constant.Name), "ffn"),
            Kind = kind,
            InputWidth = up.Linear.InputWidth,
            HiddenWidth = down.InputWidth,
            OutputWidth = down.OutputWidth,
            Activation = fit.Name!,
            WeightType = up.Linear.Weight.StoredType,
            ValueType = up.Linear.ValueType,
            Quantized = _reading.Quantized || tail.Quantized || linears.Exists(l => l.Quantized),
            HasUpBias = up.HasBias,
            HasGateBias = gate?.HasBias ?? false,
            HasDownBias = down.Bias is not null || tail.Bias is not null,
            Input = _input!.Name,
            Output = tail.Output.Name,
            Nodes = [.. nodes.Select(n => n.Name)],
            Plan = MakePlan(nodes),
        };

        FeedForwardWeights Read()
        {
            var weights = down.Read(tensors);
            if (fit.Scale != 1)
            {
                for (var i = 0; i < weights.Length; i++)
                {
                    weights[i] = (float)(weights[i] * fit.Scale);
                }
            }

            float[]? bias = null;
            if (down.Bias is not null || tail.Bias is not null)
            {
                bias = new float[down.OutputWidth];
                down.Bias?.AddTo(bias, tensors);
                tail.Bias?.AddTo(bias, tensors);
            }

            return new FeedForwardWeights
            {
                Kind = kind,
                Activation = fit.Name!,
                InputWidth = up.Linear.InputWidth,
                HiddenWidth = down.InputWidth,
                OutputWidth = down.OutputWidth,
                Up = up.ReadWeight(tensors),
                UpBias = up.ReadBias(tensors),
                Gate = gate?.ReadWeight(tensors),
                GateBias = gate?.ReadBias(tensors),
                Down = weights,
                DownBias = bias,
            };
        }
    }

    private SitePlan MakePlan(List<GraphNode> nodes)
    {
        var first = Up.Linear;
        var upRank = first.Rank ?? first.Output.Rank;
        var downRank = _down.Rank ?? _down.Input.Rank;
        return new SitePlan
        {
            Graph = _down.Node.Scope.Proto,
            Nodes = [.. nodes.Select(n => n.Proto)],
            Last = _tail.Output.Producer!.Proto,
            Input = (_input!.Name, first.InputAxis, first.Rank ?? _input.Rank, first.ValueType),
            Output = (_tail.Output.Name, _down.ValueType),
            OutputWidth = _down.OutputWidth,
            UpAxis = first.OutputAxis,
            UpRank = upRank,
            DownAxes = (_down.InputAxis, _down.OutputAxis, downRank),
            Between = Plans(_reading.Movements),
            After = Plans(_tail.Movements),
            Inner = Inner(),
            BetweenCancels = upRank == 2 && downRank == 2 && !_reading.Movements.Any(m => m.Operator == "Transpose"),
        };
    }

    private static MovementPlan[] Plans(IReadOnlyList<GraphNode> nodes) =>
        [.. nodes.Select(n => new MovementPlan(n.Proto, n.Operator == "Reshape" ? n.Input(1)?.Elements : null))];
}
