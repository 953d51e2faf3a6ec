using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>NBFNet's products, layers, models and Bellman-Ford iterations beside reference vectors: within 1e-5.</summary>
public sealed class NbfnetGoldenTests
{
    private const string Paper = "nbfnet";

    private static readonly Func<Backend>[] Backends = [Versions.Reference, Versions.Vector128, Versions.Vector256, Versions.Vector512];

    public static TheoryData<string> Products => GraphGolden.List(Paper, "sum.mul.raw");

    public static TheoryData<string> Layers => GraphGolden.List(Paper, "update_fused");

    public static TheoryData<string> Models => GraphGolden.List(Paper, "score");

    public static TheoryData<string> Paths => GraphGolden.List(Paper, "distance");

    [Theory]
    [MemberData(nameof(Products))]
    public void All_pairs_give_the_stored_products(string file)
    {
        var golden = new GraphGolden(Paper, file);
        var edges = golden.Triples("edges", golden.Setting("nodes"), golden.Setting("relations"), golden.Floats("edge_weight")).MergeRepeated();
        foreach (var open in Backends)
        {
            using var backend = open();
            using var graph = new GraphProducts(backend, edges);
            foreach (var reduction in Enum.GetValues<MessageReduction>())
            {
                foreach (var (combination, name) in new[] { (MessageCombination.Multiply, "mul"), (MessageCombination.Add, "add") })
                {
                    var stem = $"{reduction.ToString().ToLowerInvariant()}.{name}";
                    var (x, relations) = (golden.Floats("x"), golden.Floats("relation"));
                    golden.Check($"{stem}.raw", graph.Run(x, reduction, combination, relations), backend.Name);
                    golden.Check($"{stem}.boundary", graph.Run(x, reduction, combination, relations, golden.Floats("boundary")), backend.Name);
                }
            }
        }
    }

    [Theory]
    [MemberData(nameof(Layers))]
    public void Layers_give_the_stored_updates_and_outputs(string file)
    {
        var golden = new GraphGolden(Paper, file);
        var edges = golden.Triples("edges", golden.Setting("nodes"), golden.Setting("relations"), golden.Floats("edge_weight"));
        foreach (var open in Backends)
        {
            using var backend = open();
            foreach (var (isFused, suffix) in new[] { (true, "_fused"), (false, "_unfused") })
            {
                using var layer = new RelationalLayer(
                    backend, golden, edges, "", golden.Settings.GetProperty("message").GetString()!, golden.Settings.GetProperty("aggregate").GetString()!, isFused);
                var (x, boundary) = (golden.Floats("x"), golden.Floats("boundary"));
                golden.Check($"update{suffix}", layer.Update(x, boundary, golden.Floats("query")), backend.Name);
                golden.Check(
                    isFused ? "y" : "y_unfused", layer.Run(x, boundary, golden.Floats("query"), golden.Settings.GetProperty("layer_norm").GetBoolean()), backend.Name);
            }
        }
    }

    [Theory]
    [MemberData(nameof(Models))]
    public void Models_give_the_stored_scores(string file)
    {
        var golden = new GraphGolden(Paper, file);
        foreach (var open in Backends)
        {
            using var backend = open();
            using var model = new RelationalModel(backend, golden);
            var features = model.Features();
            golden.Check("node_feature", features, backend.Name);
            golden.Check("score", model.Scores(features), backend.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Paths))]
    public void Iterations_give_the_stored_paths(string file)
    {
        var golden = new GraphGolden(Paper, file);
        var nodes = golden.Setting("nodes");
        var source = golden.Setting("source");
        var edges = golden.Triples("edges", nodes, golden.Setting("relations"), null);
        float[] Start(float elsewhere, float here)
        {
            var start = Enumerable.Repeat(elsewhere, nodes).ToArray();
            start[source] = here;
            return start;
        }

        foreach (var open in Backends)
        {
            using var backend = open();
            using var graph = new GraphProducts(backend, edges);
            var (far, none) = (Start((float)golden.Settings.GetProperty("infinity").GetDouble(), 0), Start(0, 1));
            var (distances, widest, katz) = (far, none, none);
            for (var i = 0; i < golden.Setting("iterations_shortest"); i++)
            {
                distances = graph.Run(distances, MessageReduction.Min, MessageCombination.Add, golden.Floats("cost"), far);
            }

            for (var i = 0; i < golden.Setting("iterations_widest"); i++)
            {
                widest = graph.Run(widest, MessageReduction.Max, MessageCombination.Multiply, golden.Floats("prob"), none);
            }

            var steps = new List<float>();
            var tenths = Enumerable.Repeat(0.1f, edges.RelationCount).ToArray();
            for (var i = 0; i < golden.Shape("katz_0p1_4steps")[0]; i++)
            {
                katz = graph.Run(katz, MessageReduction.Sum, MessageCombination.Multiply, tenths, none);
                steps.AddRange(katz);
            }

            Assert.Equal(golden.Floats("distance"), distances);
            golden.Check("widest", widest, backend.Name);
            golden.Check("katz_0p1_4steps", steps, backend.Name);
        }
    }
}
