using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What products over semirings read, write, allocate, share and keep.</summary>
public abstract class SemiringMemoryContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Backend _reference = Versions.Reference();

    private protected SemiringMemoryContract(Backend backend) => _backend = backend;

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

    public void Dispose()
    {
        _backend.Dispose();
        _reference.Dispose();
        GC.SuppressFinalize(this);
    }
}
