using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of products over semirings promises of its results.</summary>
public abstract class SemiringContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Backend _reference = Versions.Reference();

    private protected SemiringContract(Backend backend) => _backend = backend;

    /// <summary>Sources, targets, edges, columns.</summary>
    public static TheoryData<int, int, int, int> Shapes => new()
    {
        { 1, 1, 0, 1 }, { 1, 1, 1, 1 }, { 3, 4, 7, 0 }, { 5, 7, 30, 2 }, { 7, 5, 30, 3 }, { 9, 20, 60, 4 }, { 40, 31, 90, 5 }, { 17, 40, 200, 7 },
        { 13, 13, 90, 8 }, { 31, 60, 300, 13 }, { 64, 33, 150, 16 }, { 20, 90, 300, 17 }, { 30, 30, 100, 31 }, { 70, 70, 350, 32 }, { 70, 70, 350, 64 },
        { 33, 50, 300, 67 }, { 11, 12, 60, 129 }, { 8, 9, 50, 150 }, { 30, 4, 2100, 9 }, { 5, 2, 1025, 1 }, { 40, 3, 2600, 33 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_pair_is_the_specification_bit_for_bit(int sources, int targets, int edges, int columns)
    {
        foreach (var (relations, hasWeights, isTransposed) in new[] { (4, true, false), (0, false, false), (3, false, true), (0, true, true) })
        {
            using var problem = new SemiringProblem(sources, targets, edges, columns, relations, hasWeights, isTransposed: isTransposed);
            using var graph = _backend.Semiring.Pack(problem.Edges, withTranspose: columns % 2 == 0);
            using var plain = _reference.Semiring.Pack(problem.Edges);
            foreach (var rule in problem.Rules)
            {
                var expected = problem.Run(_reference, plain, rule, 1);
                Limits.AssertBits(_backend, Precision.Float32, expected, problem.Run(_backend, graph, rule, 1));
                Limits.AssertBits(_backend, Precision.Float32, expected, problem.Run(_backend, graph, rule, 3));
            }
        }
    }

    [Fact]
    public void Threads_share_a_node_that_has_most_edges()
    {
        using var problem = new SemiringProblem(300, 200, 30_000, 40, hub: 0.7);
        foreach (var rule in problem.Rules.Where(rule => rule.EmptyValue is null))
        {
            var expected = problem.Run(_backend, rule, 1);
            foreach (var threads in new[] { 2, 3, 4 })
            {
                Limits.AssertBits(_backend, Precision.Float32, expected, problem.Run(_backend, rule, threads));
            }
        }
    }

    [Theory]
    [InlineData(9)]
    [InlineData(1)]
    public void Sums_are_within_their_bound(int columns)
    {
        using var problem = new SemiringProblem(50, 7, 5000, columns, hub: 0.5);
        foreach (var rule in problem.Rules.Where(rule => rule.Reduction == MessageReduction.Sum && rule.EmptyValue is null))
        {
            var values = problem.Run(_backend, rule, 2);
            for (var i = 0; i < values.Length; i++)
            {
                var (exact, magnitude, count) = Exact(problem, rule, i / columns, i % columns);
                Assert.InRange(values[i], exact - Tolerance.OfSum(count + 1, magnitude), exact + Tolerance.OfSum(count + 1, magnitude));
            }
        }
    }

    [Fact]
    public void Columns_and_nodes_do_not_depend_on_the_others()
    {
        using var problem = new SemiringProblem(40, 30, 200, 37);
        var rule = new MessageRule { Relations = problem.Vectors.View };
        var all = problem.Run(_backend, rule, 2);
        using var narrow = new SemiringProblem(40, 30, 200, 5);
        using var graph = _backend.Semiring.Pack(problem.Edges);
        for (var first = 0; first < 37; first += 11)
        {
            Take(problem.X, narrow.X, first);
            Take(problem.Vectors, narrow.Vectors, first);
            var some = narrow.Run(_backend, graph, new MessageRule { Relations = narrow.Vectors.View }, 1);
            for (var v = 0; v < 30; v++)
            {
                var count = Math.Min(5, 37 - first);
                Assert.Equal(all[((v * 37) + first)..((v * 37) + first + count)], some[(v * 5)..((v * 5) + count)]);
            }
        }
    }

    public void Dispose()
    {
        _backend.Dispose();
        _reference.Dispose();
        GC.SuppressFinalize(this);
    }

    private static void Take(Operand from, Operand to, int first)
    {
        for (var row = 0; row < from.View.Rows; row++)
        {
            var count = Math.Min(to.View.Columns, from.View.Columns - first);
            from.Row(row).Slice(first, count).CopyTo(to.Row(row));
        }
    }

    /// <summary>A sum in float64, the sum of its magnitudes, its edges.</summary>
    private static (double Value, double Magnitude, int Count) Exact(SemiringProblem problem, MessageRule rule, int node, int column)
    {
        var edges = problem.Edges;
        var (first, end) = (edges.Starts.Span[node], edges.Starts.Span[node + 1]);
        var boundary = rule.Boundary.IsEmpty ? 0.0 : problem.Boundary.Row(node)[column];
        var (value, magnitude) = (boundary, Math.Abs(boundary));
        for (var edge = first; edge < end; edge++)
        {
            double x = problem.X.Row(edges.Sources.Span[edge])[column];
            double relation = problem.Vectors.Row(edges.Relations.Span[edge])[column];
            double weight = edges.Weights.Span[edge];
            var (message, size) = rule.Relations.IsEmpty ? (x, Math.Abs(x))
                : rule.Combination == MessageCombination.Add ? (x + relation, Math.Abs(x) + Math.Abs(relation))
                : (x * relation, Math.Abs(x * relation));
            value += weight * message;
            magnitude += Math.Abs(weight) * size;
        }

        return (value, magnitude, end - first);
    }
}
