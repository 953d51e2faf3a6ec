using System.Globalization;
using System.IO.Compression;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>DAGNN, its propagation and whole networks on citation graphs, beside reference vectors: within 1e-5.</summary>
public sealed class DagnnGoldenTests
{
    private const string Paper = "dagnn";

    private static readonly Func<Backend>[] Backends = [Versions.Reference, Versions.Vector128, Versions.Vector256, Versions.Vector512];

    public static TheoryData<string> Propagations => GraphGolden.List(Paper, "norm_weight");

    public static TheoryData<string> Networks => GraphGolden.List(Paper, "log_probs");

    [Theory]
    [MemberData(nameof(Propagations))]
    public void Propagations_give_the_stored_hops(string file)
    {
        var golden = new GraphGolden(Paper, file);
        var (nodes, pairs) = (golden.Setting("nodes"), golden.Integers("edge_index"));
        var (sources, targets, weights) = Normalization.Symmetric(
            nodes, pairs[..(pairs.Length / 2)], pairs[(pairs.Length / 2)..], golden.Has("edge_weight") ? golden.Floats("edge_weight") : null);
        Assert.Equal(golden.Integers("norm_edge_index"), sources.Concat(targets));
        golden.Check("norm_weight", weights, "test");
        foreach (var open in Backends)
        {
            using var backend = open();
            using var graph = new GraphProducts(backend, GraphEdges.FromList(nodes, nodes, sources, targets, weights: weights));
            var hops = Hops(graph, golden.Floats("z"), golden.Setting("K"));
            var gates = Gates(hops, nodes, golden.Floats("proj.weight"), golden.Floats("proj.bias")[0]);
            golden.Check("hops", ByNode(hops, nodes), backend.Name);
            golden.Check("gate", gates, backend.Name);
            golden.Check("out", Gated(hops, gates, nodes), backend.Name);
        }
    }

    [Theory]
    [MemberData(nameof(Networks))]
    public void Networks_give_the_stored_probabilities(string file)
    {
        var golden = new GraphGolden(Paper, file);
        var nodes = golden.Shape("log_probs")[0];
        var (pairs, features) = golden.Has("edge_index") ? Stored(golden, nodes) : Citations(file, nodes, golden.Shape("lin1.weight")[1]);
        var (sources, targets, weights) = Normalization.Symmetric(nodes, pairs[..(pairs.Length / 2)], pairs[(pairs.Length / 2)..], null);
        foreach (var open in Backends)
        {
            using var backend = open();
            using var inputs = new GraphProducts(backend, features);
            using var graph = new GraphProducts(backend, GraphEdges.FromList(nodes, nodes, sources, targets, weights: weights));
            var z = Classify(inputs, golden);
            var hops = Hops(graph, z, golden.Setting("K"));
            var gates = Gates(hops, nodes, golden.Floats("prop.proj.weight"), golden.Floats("prop.proj.bias")[0]);
            CheckWhereStored(golden, "mlp_out", Widen(z), backend.Name);
            CheckWhereStored(golden, "hop_last", Widen(hops[^1]), backend.Name);
            CheckWhereStored(golden, "gate", gates, backend.Name);
            golden.Check("log_probs", LogSoftmax(Gated(hops, gates, nodes), nodes), backend.Name);
        }
    }

    private static void CheckWhereStored(GraphGolden golden, string name, IEnumerable<double> values, string version)
    {
        if (golden.Has(name))
        {
            golden.Check(name, values, version);
        }
    }

    /// <summary>Two linears with a ReLU between them; the first is a product over the features that are not zero.</summary>
    private static float[] Classify(GraphProducts inputs, GraphGolden golden)
    {
        var (hidden, width) = (golden.Shape("lin1.weight")[0], golden.Shape("lin1.weight")[1]);
        var first = golden.Floats("lin1.weight");
        float[] turned = [.. Enumerable.Range(0, first.Length).Select(i => first[(i % hidden * width) + (i / hidden)])];
        var bias = golden.Floats("lin1.bias");
        double[] values = [.. inputs.Run(turned).Select((value, i) => (double)Math.Max(value + bias[i % hidden], 0))];
        var (second, shift) = (golden.Floats("lin2.weight"), golden.Floats("lin2.bias"));
        return [.. values.Chunk(hidden).SelectMany(row => PlainLinear.Run(second, shift, row)).Select(value => (float)value)];
    }

    private static List<float[]> Hops(GraphProducts graph, float[] z, int count)
    {
        var hops = new List<float[]> { z };
        for (var hop = 0; hop < count; hop++)
        {
            hops.Add(graph.Run(hops[^1]));
        }

        return hops;
    }

    private static double[] Gates(List<float[]> hops, int nodes, float[] weight, float bias) =>
    [
        .. from node in Enumerable.Range(0, nodes)
           from hop in hops
           select 1 / (1 + Math.Exp(-PlainLinear.Run(weight, [bias], Widen(hop.AsSpan(node * weight.Length, weight.Length).ToArray()))[0])),
    ];

    private static double[] Gated(List<float[]> hops, double[] gates, int nodes)
    {
        var width = hops[0].Length / nodes;
        return [.. Enumerable.Range(0, hops[0].Length).Select(i => hops.Select((hop, k) => hop[i] * gates[(i / width * hops.Count) + k]).Sum())];
    }

    private static float[] ByNode(List<float[]> hops, int nodes)
    {
        var width = hops[0].Length / nodes;
        return [.. Enumerable.Range(0, nodes).SelectMany(node => hops.SelectMany(hop => hop.AsSpan(node * width, width).ToArray()))];
    }

    private static IEnumerable<double> LogSoftmax(double[] values, int nodes) => values.Chunk(values.Length / nodes).SelectMany(row =>
    {
        var largest = row.Max();
        var logarithm = largest + Math.Log(row.Sum(value => Math.Exp(value - largest)));
        return row.Select(value => value - logarithm);
    });

    private static (int[] Pairs, GraphEdges Features) Stored(GraphGolden golden, int nodes) =>
        (golden.Integers("edge_index"), GraphEdges.FromList(
            golden.Shape("lin1.weight")[1], nodes, golden.Integers("x_col"), golden.Integers("x_row"), weights: golden.Floats("x_val")));

    /// <summary>A data set of the name that the file begins with: both directions of each edge, rows of features divided by their sums.</summary>
    private static (int[] Pairs, GraphEdges Features) Citations(string file, int nodes, int width)
    {
        var folder = SharedData.Folder("data", "planetoid", file.Split('-')[0]);
        Assert.SkipWhen(folder is null, SharedData.Absent);
        int[][] edges = [.. File.ReadLines(Path.Combine(folder, "edges.csv")).Skip(1).Select(Integers)];
        using var reader = new StreamReader(new GZipStream(File.OpenRead(Path.Combine(folder, "features.csv.gz")), CompressionMode.Decompress));
        int[][] entries = [.. reader.ReadToEnd().Split('\n', StringSplitOptions.RemoveEmptyEntries).Skip(1).Select(Integers)];
        var sums = entries.GroupBy(entry => entry[0]).ToDictionary(row => row.Key, row => row.Sum(entry => (float)entry[2]));
        int[] there = [.. edges.Select(edge => edge[0])];
        int[] back = [.. edges.Select(edge => edge[1])];
        return ([.. there, .. back, .. back, .. there], GraphEdges.FromList(
            width,
            nodes,
            [.. entries.Select(entry => entry[1])],
            [.. entries.Select(entry => entry[0])],
            weights: [.. entries.Select(entry => entry[2] / sums[entry[0]])]));
    }

    private static int[] Integers(string line) =>
        [.. line.Split(',').Select(value => (int)float.Parse(value, CultureInfo.InvariantCulture))];

    private static double[] Widen(float[] values) => [.. values.Select(value => (double)value)];
}
