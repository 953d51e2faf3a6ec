using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of products over semirings promises.</summary>
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

    [Fact]
    public void Nodes_without_edges_take_the_boundary_or_a_stated_value()
    {
        var edges = GraphEdges.FromList(2, 3, [1], [1]);
        using var graph = _backend.Semiring.Pack(edges);
        foreach (var columns in new[] { 1, 5, 20 })
        {
            using var x = new Operand(2, columns, fill: 2);
            using var boundary = new Operand(3, columns, fill: float.PositiveInfinity);
            float[] Row(MessageRule rule, int row)
            {
                using var host = new Host();
                using var y = new Operand(3, columns);
                _backend.Semiring.Run(host.Execution, x.View, graph, rule, y.View);
                return y.Row(row).ToArray();
            }

            Assert.All(Row(default, 0), value => Assert.Equal(0, value));
            Assert.All(Row(default, 1), value => Assert.Equal(2, value));
            Assert.All(Row(new MessageRule { Reduction = MessageReduction.Min }, 2), value => Assert.Equal(float.MaxValue, value));
            Assert.All(Row(new MessageRule { Reduction = MessageReduction.Max }, 0), value => Assert.Equal(float.MinValue, value));
            Assert.All(Row(new MessageRule { Reduction = MessageReduction.Max, EmptyValue = -7 }, 0), value => Assert.Equal(-7, value));
            var bounded = new MessageRule { Reduction = MessageReduction.Min, Boundary = boundary.View, EmptyValue = 3 };
            Assert.All(Row(bounded, 0), value => Assert.Equal(float.PositiveInfinity, value));
            Assert.All(Row(bounded, 1), value => Assert.Equal(2, value));
        }
    }

    [Theory]
    [InlineData(MessageReduction.Sum)]
    [InlineData(MessageReduction.Min)]
    [InlineData(MessageReduction.Max)]
    public void What_is_not_finite_spreads_along_its_edges_only(MessageReduction reduction)
    {
        var edges = GraphEdges.FromList(4, 4, [0, 1, 2, 2, 3, 1, 3], [0, 0, 0, 1, 1, 2, 2], weights: [1, 1, 1, 1, 1, 0, 1]);
        using var graph = _backend.Semiring.Pack(edges);
        foreach (var (odd, first, last) in new[] { (float.NaN, float.NaN, float.NaN), (float.PositiveInfinity, float.NaN, float.NaN) })
        {
            foreach (var columns in new[] { 1, 4, 7, 30 })
            {
                using var x = new Operand(4, columns, fill: 1);
                x.Row(1).Fill(odd);
                using var host = new Host();
                using var y = new Operand(4, columns);
                _backend.Semiring.Run(host.Execution, x.View, graph, new MessageRule { Reduction = reduction, EmptyValue = 5 }, y.View);
                var expected = float.IsNaN(odd) ? first : reduction == MessageReduction.Min ? 1 : odd;
                Assert.All(y.Row(0).ToArray(), value => Assert.Equal(expected, value));
                Assert.All(y.Row(1).ToArray(), value => Assert.Equal(reduction == MessageReduction.Sum ? 2 : 1, value));
                Assert.All(y.Row(2).ToArray(), value => Assert.Equal(last, value));
                Assert.All(y.Row(3).ToArray(), value => Assert.Equal(5, value));
            }
        }
    }

    [Fact]
    public void Zeros_have_an_order_in_minimum_and_maximum()
    {
        using var graph = _backend.Semiring.Pack(GraphEdges.FromList(2, 2, [0, 1, 1, 0], [0, 0, 1, 1]));
        foreach (var columns in new[] { 1, 4, 8, 33 })
        {
            using var x = new Operand(2, columns, fill: 0f);
            x.Row(1).Fill(-0f);
            using var host = new Host();
            using var y = new Operand(2, columns);
            _backend.Semiring.Run(host.Execution, x.View, graph, new MessageRule { Reduction = MessageReduction.Min }, y.View);
            Assert.All(y.Values(), value => Assert.True(float.IsNegative(value)));
            _backend.Semiring.Run(host.Execution, x.View, graph, new MessageRule { Reduction = MessageReduction.Max }, y.View);
            Assert.All(y.Values(), value => Assert.False(float.IsNegative(value)));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Operands_stay_inside(bool atEnd)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: needs mmap");
        foreach (var columns in new[] { 1, 2, 3, 4, 5, 7, 9, 15, 17, 31, 33, 63, 65, 130 })
        {
            var random = new Random(columns);
            var edges = GraphEdges.FromList(3, 4, [2, 0, 2, 1], [3, 0, 0, 3], 2, [1, 0, 1, 1], [1, 2, 3, 4]);
            using var graph = _backend.Semiring.Pack(edges);
            using var x = new GuardedMemory(3 * columns, atEnd, random);
            using var relations = new GuardedMemory(2 * columns, atEnd, random);
            using var boundary = new GuardedMemory(4 * columns, atEnd, random);
            using var y = new GuardedMemory(4 * columns, atEnd);
            using var host = new Host();
            foreach (var reduction in Enum.GetValues<MessageReduction>())
            {
                var rule = new MessageRule
                {
                    Reduction = reduction,
                    Relations = View.Create(relations.Address, 2, columns),
                    Boundary = View.Create(boundary.Address, 4, columns),
                };
                _backend.Semiring.Run(host.Execution, View.Create(x.Address, 3, columns), graph, rule, View.Create(y.Address, 4, columns));
                Assert.True(float.IsFinite(y.Values(4 * columns)[^1]));
            }
        }
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        foreach (var isTransposed in new[] { false, true })
        {
            using var problem = new SemiringProblem(60, 50, 3000, 21, hub: 0.3, isTransposed: isTransposed);
            using var graph = _backend.Semiring.Pack(problem.Edges);
            using var y = new Operand(problem.Boundary.View.Rows, 21);
            foreach (var rule in new[] { default, new MessageRule { Reduction = MessageReduction.Max, Relations = problem.Vectors.View, Boundary = problem.Boundary.View } })
            {
                foreach (var threads in new[] { 1, 2 })
                {
                    using var host = new Host(threads);
                    Limits.AssertAllocations(_backend, () => problem.Run(_backend, host, graph, rule, y));
                }
            }
        }
    }

    [Fact]
    public void Concurrent_runs_share_the_graph_and_build_its_transpose_once()
    {
        using var problem = new SemiringProblem(60, 50, 2000, 20, hub: 0.3, isTransposed: true);
        var rule = new MessageRule { Relations = problem.Vectors.View };
        var expected = problem.Run(_reference, rule, 1);
        using var graph = _backend.Semiring.Pack(problem.Edges);
        Parallel.For(0, 4, _ =>
        {
            for (var i = 0; i < 5; i++)
            {
                Limits.AssertBits(_backend, Precision.Float32, expected, problem.Run(_backend, graph, rule, 2));
            }
        });
    }

    [Fact]
    public void The_transpose_is_held_when_it_is_asked_for()
    {
        using var problem = new SemiringProblem(30, 20, 900, 6, hub: 0.5, isTransposed: true);
        using var early = _backend.Semiring.Pack(problem.Edges, withTranspose: true);
        using var late = _backend.Semiring.Pack(problem.Edges);
        Assert.Equal((true, false), (early.HasTranspose, late.HasTranspose));
        Assert.True(late.ByteCount >= (sizeof(int) * 21) + (3 * sizeof(int) * 900));
        Assert.True(early.ByteCount > late.ByteCount);
        Assert.Equal(problem.Run(_backend, early, default, 1), problem.Run(_backend, late, default, 1));
        Assert.True(late.HasTranspose);
        Assert.Equal(early.ByteCount, late.ByteCount);
    }

    [Fact]
    public void Edges_come_back_as_they_were_packed()
    {
        foreach (var (relations, hasWeights) in new[] { (3, true), (0, false) })
        {
            using var problem = new SemiringProblem(30, 21, 3000, 1, relations, hasWeights, hub: 0.6);
            using var graph = _backend.Semiring.Pack(problem.Edges);
            var unpacked = graph.Unpack();
            Assert.Equal(problem.Edges.Starts.ToArray(), unpacked.Starts.ToArray());
            Assert.Equal(problem.Edges.Sources.ToArray(), unpacked.Sources.ToArray());
            Assert.Equal(problem.Edges.Relations.ToArray(), unpacked.Relations.ToArray());
            Assert.Equal(problem.Edges.Weights.ToArray(), unpacked.Weights.ToArray());
            Assert.Equal((30, 21, relations, 3000, _backend.Semiring.Version), (graph.SourceCount, graph.TargetCount, graph.RelationCount, graph.EdgeCount, graph.Version));
        }
    }

    [Fact]
    public void A_cancelled_run_stops()
    {
        using var problem = new SemiringProblem(30, 20, 100, 6);
        using var graph = _backend.Semiring.Pack(problem.Edges);
        using var host = new Host(1, new CancellationToken(canceled: true));
        using var y = new Operand(20, 6);
        Assert.Throws<OperationCanceledException>(() => problem.Run(_backend, host, graph, default, y));
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_anything_is_written()
    {
        var edges = GraphEdges.FromList(3, 4, [0, 2], [1, 3], 2, [0, 1]);
        var semiring = _backend.Semiring;
        var graph = semiring.Pack(edges);
        using var plain = semiring.Pack(GraphEdges.FromList(3, 4, [0, 2], [1, 3]));
        using var x = new Operand(3, 5, fill: 1);
        using var y = new Operand(4, 5, fill: 9);
        using var wide = new Operand(4, 6);
        using var relations = new Operand(2, 5);
        using var host = new Host();
        void Run(View input, PackedGraph packed, MessageRule rule, View output) => semiring.Run(host.Execution, input, packed, rule, output);
        void Back(View input, PackedGraph packed, MessageRule rule, View output) => semiring.RunTransposed(host.Execution, input, packed, rule, output);
        Assert.Throws<ShapeMismatchException>(() => Run(wide.View, graph, default, y.View));
        Assert.Throws<ShapeMismatchException>(() => Run(x.View, graph, default, wide.View));
        Assert.Throws<ShapeMismatchException>(() => Run(x.View, graph, default, View.Create(0, 4, 5)));
        Assert.Throws<ShapeMismatchException>(() => Run(x.View, graph, new MessageRule { Relations = x.View }, y.View));
        Assert.Throws<ShapeMismatchException>(() => Run(x.View, graph, new MessageRule { Boundary = wide.View }, y.View));
        Assert.Throws<ShapeMismatchException>(() => Run(x.View, plain, new MessageRule { Relations = relations.View }, y.View));
        Assert.Throws<ShapeMismatchException>(() => Run(View.Create(x.View.Address, 3, 5, ElementType.Int32), graph, default, y.View));
        Assert.Throws<ShapeMismatchException>(() => Back(x.View, graph, default, y.View));
        Assert.Throws<ArgumentOutOfRangeException>(() => Run(x.View, graph, new MessageRule { Reduction = (MessageReduction)3 }, y.View));
        Assert.Throws<ArgumentOutOfRangeException>(() => Run(x.View, graph, new MessageRule { Combination = (MessageCombination)2 }, y.View));
        Assert.Throws<ArgumentNullException>(() => Run(x.View, null!, default, y.View));
        Assert.Throws<ArgumentNullException>(() => Back(x.View, null!, default, y.View));
        Assert.Throws<ArgumentNullException>(() => semiring.Pack(null!));
        using var foreignBackend = _backend is ReferenceBackend || _backend.Semiring.Version == Width256.Name ? Versions.Vector128() : Versions.Vector256();
        using var foreign = foreignBackend.Semiring.Pack(edges);
        using var other = (_backend is ReferenceBackend ? Versions.Vector512() : _reference).Semiring.Pack(edges);
        Assert.Throws<ArgumentException>(() => Run(x.View, foreign, default, y.View));
        Assert.Throws<ArgumentException>(() => Run(x.View, other, default, y.View));
        Assert.Throws<ArgumentException>(() => Back(y.View, other, default, x.View));
        graph.Dispose();
        graph.Dispose();
        Assert.Throws<ObjectDisposedException>(() => Run(x.View, graph, default, y.View));
        Assert.Throws<ObjectDisposedException>(() => Back(y.View, graph, default, x.View));
        Assert.All(y.Values(), value => Assert.Equal(9, value));
        Assert.All(x.Values(), value => Assert.Equal(1, value));
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
