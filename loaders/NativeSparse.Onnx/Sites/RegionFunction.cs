namespace NativeSparse.Onnx;

/// <summary>What a region computes, evaluated in double at given values of its one or two variables.</summary>
internal sealed class RegionFunction
{
    private readonly RegionReading _reading;
    private readonly double[][] _points;
    private readonly Dictionary<GraphValue, double[]> _known = [];

    private RegionFunction(RegionReading reading, double[][] points)
    {
        _reading = reading;
        _points = points;
    }

    /// <summary>The value of <paramref name="result"/> at points given per variable; empty when it is not computed by the region.</summary>
    internal static double[] Evaluate(Region region, RegionReading reading, GraphValue result, params double[][] points)
    {
        var function = new RegionFunction(reading, points);
        foreach (var source in region.Sources)
        {
            if (source.Activation is { } activation)
            {
                var variable = reading.Variables.TakeWhile(v => !ReferenceEquals(v.Linear, source)).Count();
                function._known[source.Output] = Array.ConvertAll(points[variable], v => activation(v));
            }
        }

        foreach (var node in region.Nodes)
        {
            function.Step(node);
        }

        return function._known.GetValueOrDefault(result, []);
    }

    private void Step(GraphNode node)
    {
        if (node.Output(0) is not { } output || !_reading.Values.TryGetValue(output, out var value) || value.Leaf is not null)
        {
            return;
        }

        if (ElementwiseOperators.Contains(node))
        {
            var inputs = ElementwiseOperators.AddsBias(node) ? node.Inputs[..1] : node.Inputs;
            _known[output] = ElementwiseOperators.Apply(node, Array.ConvertAll(inputs, i => i is null ? null : At(i)));
        }
        else if (node.Input(0) is { } input)
        {
            _known[output] = Quantization.ClipsBelowZero(node) ? Array.ConvertAll(At(input), v => Math.Max(v, 0)) : At(input);
        }
    }

    private double[] At(GraphValue value)
    {
        if (_known.TryGetValue(value, out var known))
        {
            return known;
        }

        if (_reading.Scalars.TryGetValue(value, out var scalar))
        {
            return [scalar];
        }

        var leaf = _reading.Values[value].Leaf!;
        var variables = _reading.Variables;
        for (var i = 0; i < variables.Count; i++)
        {
            if (variables[i].Matches(leaf))
            {
                return _points[i];
            }
        }

        // The operator adds the bias itself: the variable is the linear with it.
        return _points[variables.TakeWhile(v => !ReferenceEquals(v.Linear, leaf.Linear) || v.Start != leaf.Start).Count()];
    }
}
