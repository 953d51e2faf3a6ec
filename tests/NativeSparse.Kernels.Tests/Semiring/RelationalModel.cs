namespace NativeSparse.Kernels.Tests;

/// <summary>NBFNet as a whole: every edge with its inverse, layers from each query's own start, a score of each node.</summary>
internal sealed class RelationalModel : IDisposable
{
    private readonly GraphGolden _golden;
    private readonly List<RelationalLayer> _layers = [];
    private readonly int _nodes;
    private readonly int _width;
    private readonly int _queries;

    public RelationalModel(Backend backend, GraphGolden golden)
    {
        _golden = golden;
        _nodes = golden.Setting("nodes");
        _width = golden.Shape("query.weight")[1];
        _queries = golden.Shape("h_tail")[0];
        var settings = golden.Settings;
        var (message, aggregate) = (settings.GetProperty("message_func").GetString()!, settings.GetProperty("aggregate_func").GetString()!);
        var edges = WithInverses(golden.Integers("edges"), golden.Floats("edge_weight"), golden.Setting("num_relation"));
        for (var i = 0; golden.Has($"layers.{i}.linear.weight"); i++)
        {
            _layers.Add(new RelationalLayer(backend, golden, edges, $"layers.{i}.", message, aggregate, isFused: true));
        }
    }

    /// <summary><c>[nodes, queries, width]</c>: a node's last or all hidden values, and the query.</summary>
    public double[] Features()
    {
        var (embeddings, heads, relations) = (_golden.Floats("query.weight"), _golden.Integers("h_tail"), _golden.Integers("r_tail"));
        var candidates = heads.Length / _queries;
        float[] query = [.. Enumerable.Range(0, _queries).SelectMany(q => embeddings.AsSpan(relations[q * candidates] * _width, _width).ToArray())];
        var boundary = new float[_nodes * _queries * _width];
        for (var q = 0; q < _queries; q++)
        {
            query.AsSpan(q * _width, _width).CopyTo(boundary.AsSpan(((heads[q * candidates] * _queries) + q) * _width));
        }

        var hidden = new List<float[]> { boundary };
        foreach (var layer in _layers)
        {
            var output = layer.Run(hidden[^1], boundary, query, _golden.Settings.GetProperty("layer_norm").GetBoolean());
            var hasShortcut = _golden.Settings.GetProperty("short_cut").GetBoolean();
            hidden.Add([.. output.Select((value, i) => (float)(value + (hasShortcut ? hidden[^1][i] : 0)))]);
        }

        var isConcatenated = _golden.Settings.TryGetProperty("concat_hidden", out var setting) && setting.GetBoolean();
        float[][] kept = [.. isConcatenated ? hidden.Skip(1) : hidden.TakeLast(1)];
        return [.. Enumerable.Range(0, _nodes * _queries).SelectMany(row => kept.SelectMany(values => values.AsSpan(row * _width, _width).ToArray())
            .Concat(query.AsSpan(row % _queries * _width, _width).ToArray()).Select(value => (double)value))];
    }

    public double[] Scores(double[] features)
    {
        var tails = _golden.Integers("t_tail");
        var width = features.Length / (_nodes * _queries);
        return [.. tails.Select((tail, i) =>
        {
            var row = (tail * _queries) + (i / (tails.Length / _queries));
            double[] hidden = [.. PlainLinear.Run(_golden.Floats("mlp.layers.0.weight"), _golden.Floats("mlp.layers.0.bias"), features[(row * width)..((row + 1) * width)])
                .Select(value => Math.Max(value, 0))];
            return PlainLinear.Run(_golden.Floats("mlp.layers.1.weight"), _golden.Floats("mlp.layers.1.bias"), hidden)[0];
        })];
    }

    public void Dispose() => _layers.ForEach(layer => layer.Dispose());

    private GraphEdges WithInverses(int[] triples, float[] weights, int relations)
    {
        var count = triples.Length / 3;
        int[] Both(Func<int, int> there, Func<int, int> back) => [.. Enumerable.Range(0, count).SelectMany(edge => new[] { there(edge * 3), back(edge * 3) })];
        return GraphEdges.FromList(
            _nodes,
            _nodes,
            Both(at => triples[at], at => triples[at + 1]),
            Both(at => triples[at + 1], at => triples[at]),
            2 * relations,
            Both(at => triples[at + 2], at => triples[at + 2] + relations),
            [.. weights.SelectMany(weight => new[] { weight, weight })]);
    }
}
