using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What products over semirings mean on graphs: paths, transposes, inner products.</summary>
public sealed class SemiringPropertyTests
{
    public static TheoryData<string, int> Graphs
    {
        get
        {
            var graphs = new TheoryData<string, int>();
            foreach (var version in new[] { "reference", "vector128", "vector256", "vector512" })
            {
                foreach (var seed in new[] { 1, 2, 3 })
                {
                    graphs.Add(version, seed);
                }
            }

            return graphs;
        }
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Min_add_steps_end_at_the_shortest_paths(string version, int seed)
    {
        const int relations = 6;
        var (nodes, random) = (200, new Random(seed));
        using var backend = Open(version);
        using var graph = new GraphProducts(backend, Random(nodes, nodes, 500, relations, random));

        // Whole costs: sums of them are exact, and Dijkstra's may add in another order.
        float[] costs = [.. Enumerable.Range(0, relations).Select(_ => (float)random.Next(1, 100))];
        var start = Enumerable.Repeat(float.PositiveInfinity, nodes).ToArray();
        start[seed] = 0;
        var (distances, steps) = Repeat(start, x => graph.Run(x, MessageReduction.Min, MessageCombination.Add, costs, start), nodes);
        Assert.InRange(steps, 2, nodes);
        Assert.Equal(
            ShortestPaths.From(graph.Edges, seed, 0, (distance, relation) => distance + costs[relation], double.PositiveInfinity, isLess: true),
            distances.Select(distance => (double)distance));
        Assert.Contains(float.PositiveInfinity, distances);
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Max_mul_steps_end_at_the_most_probable_paths(string version, int seed)
    {
        const int relations = 6;
        var (nodes, random) = (150, new Random(seed));
        using var backend = Open(version);
        using var graph = new GraphProducts(backend, Random(nodes, nodes, 400, relations, random));
        float[] chances = [.. Enumerable.Range(1, relations).Select(power => MathF.Pow(2, -power))];
        var start = new float[nodes];
        start[seed] = 1;
        var (widest, _) = Repeat(start, x => graph.Run(x, MessageReduction.Max, MessageCombination.Multiply, chances, start), nodes);
        Assert.Equal(
            ShortestPaths.From(graph.Edges, seed, 1, (chance, relation) => chance * chances[relation], 0, isLess: false),
            widest.Select(chance => (double)chance));
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void The_transposed_product_is_that_of_the_transposed_graph(string version, int seed)
    {
        using var backend = Open(version);
        using var problem = new SemiringProblem(70, 40, 1500, 11, hub: 0.5, isTransposed: true, seed: seed);
        using var turned = backend.Semiring.Pack(problem.Edges.Transpose());
        foreach (var rule in problem.Rules)
        {
            using var host = new Host();
            using var y = new Operand(70, 11);
            backend.Semiring.Run(host.Execution, problem.X.View, turned, rule, y.View);
            Assert.Equal(y.Values(), problem.Run(backend, rule, 2));
        }
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Inner_products_are_the_same_from_both_sides(string version, int seed)
    {
        const int columns = 9;
        using var backend = Open(version);
        using var there = new SemiringProblem(60, 45, 900, columns, hub: 0.4, seed: seed);
        using var back = new SemiringProblem(60, 45, 900, columns, hub: 0.4, isTransposed: true, seed: seed);
        var product = there.Run(backend, new MessageRule { Relations = there.Vectors.View }, 2);
        var transposed = back.Run(backend, new MessageRule { Relations = there.Vectors.View }, 2);
        var left = product.Zip(back.X.Values(), (a, b) => (double)a * b).Sum();
        var right = transposed.Zip(there.X.Values(), (a, b) => (double)a * b).Sum();
        Assert.InRange(left - right, -1e-4, 1e-4);
        Assert.True(Math.Abs(left) > 1e-3);
    }

    [Theory]
    [MemberData(nameof(Graphs))]
    public void Weights_of_one_are_no_weights(string version, int seed)
    {
        using var backend = Open(version);
        var plain = Random(50, 30, 700, 3, new Random(seed));
        var ones = Enumerable.Repeat(1f, 700).ToArray();
        var weighted = new GraphEdges(50, 30, plain.Starts, plain.Sources, 3, plain.Relations, ones);
        using var without = new GraphProducts(backend, plain);
        using var with = new GraphProducts(backend, weighted);
        var (x, relations) = (Operand.Sample(new Random(seed), 50 * 6), Operand.Sample(new Random(seed), 3 * 6));
        foreach (var reduction in Enum.GetValues<MessageReduction>())
        {
            Assert.Equal(without.Run(x, reduction, MessageCombination.Add, relations), with.Run(x, reduction, MessageCombination.Add, relations));
        }
    }

    private static (float[] Values, int Steps) Repeat(float[] start, Func<float[], float[]> step, int most)
    {
        var values = start;
        for (var i = 1; i <= most; i++)
        {
            var next = step(values);
            if (next.AsSpan().SequenceEqual(values))
            {
                return (values, i);
            }

            values = next;
        }

        throw new InvalidOperationException($"still changing after {most} steps");
    }

    private static GraphEdges Random(int sources, int targets, int edges, int relations, Random random)
    {
        int[] Draw(int count) => [.. Enumerable.Range(0, edges).Select(_ => random.Next(count))];
        return GraphEdges.FromList(sources, targets, Draw(sources), Draw(targets), relations, Draw(relations));
    }

    private static Backend Open(string version) => version switch
    {
        "vector128" => Versions.Vector128(),
        "vector256" => Versions.Vector256(),
        "vector512" => Versions.Vector512(),
        _ => Versions.Reference(),
    };
}
