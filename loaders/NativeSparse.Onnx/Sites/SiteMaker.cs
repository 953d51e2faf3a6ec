namespace NativeSparse.Onnx;

/// <summary>Turns an accepted candidate into a site: its description, its weights and what a replacement needs.</summary>
internal static class SiteMaker
{
    /// <summary>The site of an accepted candidate.</summary>
    internal static FeedForwardSite Make(FeedForwardCandidate candidate, SiteNames names, TensorReader tensors)
    {
        var (reading, down, tail, fit) = (candidate.Reading, candidate.Down, candidate.Tail, candidate.Fit!);
        var gate = reading.Variables.Count == 1 ? null : reading.Variables[fit.Gate];
        var up = gate is null ? reading.Variables[0] : reading.Variables[1 - fit.Gate];
        var kind = gate is null ? FeedForwardKind.Plain : FeedForwardKind.Gated;
        var nodes = candidate.AllNodes().OrderBy(n => n.Position).ToList();
        var linears = candidate.Sources.Append(down).ToList();

        return new FeedForwardSite(Read)
        {
            Name = names.Next(linears, reading.Variables.SelectMany(v => v.WholeBiases.Concat(v.Biases)).Select(b => b.Constant.Name), "ffn"),
            Kind = kind,
            InputWidth = up.Linear.InputWidth,
            HiddenWidth = down.InputWidth,
            OutputWidth = down.OutputWidth,
            Activation = fit.Name!,
            WeightType = up.Linear.Weight.StoredType,
            ValueType = up.Linear.ValueType,
            Quantized = reading.Quantized || tail.Quantized || linears.Exists(l => l.Quantized),
            HasUpBias = up.HasBias,
            HasGateBias = gate?.HasBias ?? false,
            HasDownBias = down.Bias is not null || tail.Bias is not null,
            Input = candidate.Input!.Name,
            Output = tail.Output.Name,
            Nodes = [.. nodes.Select(n => n.Name)],
            Placement = Place(candidate, up.Linear, nodes),
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

    private static SitePlacement Place(FeedForwardCandidate candidate, Linear first, List<GraphNode> nodes)
    {
        var (reading, down, tail) = (candidate.Reading, candidate.Down, candidate.Tail);
        var upRank = first.Rank ?? first.Output.Rank;
        var downRank = down.Rank ?? down.Input.Rank;
        return new SitePlacement
        {
            Graph = down.Node.Scope.Proto,
            Nodes = [.. nodes.Select(n => n.Proto)],
            Last = tail.Output.Producer!.Proto,
            Input = (candidate.Input!.Name, first.InputAxis, first.Rank ?? candidate.Input.Rank, first.ValueType),
            Output = (tail.Output.Name, down.ValueType),
            OutputWidth = down.OutputWidth,
            UpAxis = first.OutputAxis,
            UpRank = upRank,
            DownAxes = (down.InputAxis, down.OutputAxis, downRank),
            Between = Plans(reading.Movements),
            After = Plans(tail.Movements),
            Inner = candidate.Inner(),
            BetweenCancels = upRank == 2 && downRank == 2 && !reading.Movements.Any(m => m.Operator == "Transpose"),
        };
    }

    private static MovementPlan[] Plans(IReadOnlyList<GraphNode> nodes) =>
        [.. nodes.Select(n => new MovementPlan(n.Proto, n.Operator == "Reshape" ? n.Input(1)?.Elements : null))];
}
