namespace NativeSparse.Kernels.Tests;

/// <summary>
/// One layer of NBFNet from products over semirings: aggregation of messages, linear, normalization, ReLU. Fused and not: as the authors' operator
/// and as their separate messages compute it, which differ in means of weighted edges and in squares of sums.
/// </summary>
internal sealed class RelationalLayer(
    Backend backend, GraphGolden golden, GraphEdges edges, string prefix, string message, string aggregate, bool isFused) : IDisposable
{
    private const double Least = 1e-6;
    private const double LeastScale = 0.01;
    private const double NormEpsilon = 1e-5;

    private readonly GraphProducts _graph = new(backend, isFused && message != "rotate" ? edges.MergeRepeated() : edges);
    private readonly int _nodes = edges.TargetCount;

    /// <summary>Messages become one vector of each node and query, or twelve: <c>[(c * 4 + statistic) * 3 + scale]</c>.</summary>
    /// <param name="x"><c>[nodes, queries, d]</c>.</param>
    /// <param name="boundary">The same shape.</param>
    /// <param name="query"><c>[queries, d]</c>.</param>
    public double[] Update(float[] x, float[] boundary, float[] query)
    {
        var relations = Relations(query, x.Length / _nodes);
        return aggregate switch
        {
            "sum" => Sums(x, relations, boundary),
            "mean" => Means(Sums(x, relations, boundary)),
            "max" => Widen(Extreme(MessageReduction.Max, x, relations, boundary)),
            _ => Principal(x, relations, boundary),
        };
    }

    public double[] Run(float[] x, float[] boundary, float[] query, bool hasNorm)
    {
        var update = Update(x, boundary, query);
        var d = golden.Shape(golden.Has("query.weight") ? "query.weight" : "query")[^1];
        var (rows, width) = (x.Length / d, update.Length / (x.Length / d));
        return [.. Enumerable.Range(0, rows).SelectMany(row =>
        {
            var input = x.AsSpan(row * d, d).ToArray().Select(value => (double)value).Concat(update.AsSpan(row * width, width).ToArray()).ToArray();
            var output = PlainLinear.Run(golden.Floats($"{prefix}linear.weight"), golden.Floats($"{prefix}linear.bias"), input);
            return (hasNorm ? Normalize(output) : output).Select(value => Math.Max(value, 0));
        })];
    }

    public void Dispose() => _graph.Dispose();

    private MessageCombination Combination => message == "transe" ? MessageCombination.Add : MessageCombination.Multiply;

    private static double[] Widen(float[] values) => [.. values.Select(value => (double)value)];

    private float[] Relations(float[] query, int columns)
    {
        var count = edges.RelationCount;
        var queries = golden.Has($"{prefix}relation_linear.weight") ? query.Length / golden.Shape($"{prefix}relation_linear.weight")[1] : 0;
        var relations = new float[count * columns];
        if (queries == 0)
        {
            var shared = golden.Floats($"{prefix}relation.weight");
            var d = shared.Length / count;
            for (var i = 0; i < relations.Length; i++)
            {
                relations[i] = shared[(i / columns * d) + (i % columns % d)];
            }

            return relations;
        }

        for (var q = 0; q < queries; q++)
        {
            var d = query.Length / queries;
            double[] input = [.. query.AsSpan(q * d, d).ToArray()];
            var output = PlainLinear.Run(golden.Floats($"{prefix}relation_linear.weight"), golden.Floats($"{prefix}relation_linear.bias"), input);
            for (var i = 0; i < output.Length; i++)
            {
                relations[(i / d * columns) + (q * d) + (i % d)] = (float)output[i];
            }
        }

        return relations;
    }

    private double[] Sums(float[] x, float[] relations, float[] boundary)
    {
        if (message != "rotate")
        {
            return Widen(_graph.Run(x, MessageReduction.Sum, Combination, relations, boundary));
        }

        var d = golden.Shape("query")[^1];
        var (straight, crossed) = (_graph.Run(x, relations: relations), _graph.Run(SwapHalves(x, d), relations: relations));
        return [.. Enumerable.Range(0, x.Length).Select(i => boundary[i] + (i % d < d / 2
            ? (double)straight[i] - straight[i + (d / 2)]
            : (double)crossed[i] + crossed[i - (d / 2)]))];
    }

    private static float[] SwapHalves(float[] values, int d) => [.. Enumerable.Range(0, values.Length).Select(i => values[i % d < d / 2 ? i + (d / 2) : i - (d / 2)])];

    private float[] Extreme(MessageReduction reduction, float[] x, float[] relations, float[] boundary) =>
        _graph.Run(x, reduction, Combination, relations, boundary);

    /// <summary>Over the weights of the edges in the fused operator, over their number elsewhere; the boundary counts as one.</summary>
    private double[] Means(double[] sums)
    {
        var columns = sums.Length / _nodes;
        var divisors = isFused && message != "rotate" ? Degrees() : [.. Enumerable.Range(0, _nodes).Select(v => 1.0 + edges.Starts.Span[v + 1] - edges.Starts.Span[v])];
        return [.. sums.Select((sum, i) => sum / divisors[i / columns])];
    }

    private double[] Degrees() =>
        [.. _graph.Run([.. Enumerable.Repeat(1f, edges.SourceCount)]).Select(degree => degree + 1.0)];

    private double[] Squares(float[] x, float[] relations, float[] boundary)
    {
        float[] Square(float[] values) => [.. values.Select(value => value * value)];
        var sums = Widen(_graph.Run(Square(x), MessageReduction.Sum, Combination, Square(relations), Square(boundary)));
        if (message == "transe" && !isFused)
        {
            var products = _graph.Run(x, relations: relations);
            sums = [.. sums.Select((sum, i) => sum + (2.0 * products[i]))];
        }

        return Means(sums);
    }

    private double[] Principal(float[] x, float[] relations, float[] boundary)
    {
        var columns = x.Length / _nodes;
        var means = Means(Sums(x, relations, boundary));
        var squares = Squares(x, relations, boundary);
        var largest = Extreme(MessageReduction.Max, x, relations, boundary);
        var least = Extreme(MessageReduction.Min, x, relations, boundary);
        double[] logarithms = [.. Degrees().Select(degree => Math.Log(degree))];
        var average = logarithms.Average();
        return [.. Enumerable.Range(0, x.Length).SelectMany(i =>
        {
            var scale = logarithms[i / columns] / average;
            var deviation = Math.Sqrt(Math.Max(squares[i] - (means[i] * means[i]), Least));
            double[] statistics = [means[i], largest[i], least[i], deviation];
            return statistics.SelectMany(value => new[] { value, value * scale, value / Math.Max(scale, LeastScale) });
        })];
    }

    private double[] Normalize(double[] values)
    {
        var mean = values.Average();
        var deviation = Math.Sqrt(values.Average(value => (value - mean) * (value - mean)) + NormEpsilon);
        var (weight, bias) = (golden.Floats($"{prefix}layer_norm.weight"), golden.Floats($"{prefix}layer_norm.bias"));
        return [.. values.Select((value, i) => ((value - mean) / deviation * weight[i]) + bias[i])];
    }
}
