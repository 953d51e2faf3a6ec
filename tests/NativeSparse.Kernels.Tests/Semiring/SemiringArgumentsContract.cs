using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What products over semirings refuse.</summary>
public abstract class SemiringArgumentsContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Backend _reference = Versions.Reference();

    private protected SemiringArgumentsContract(Backend backend) => _backend = backend;

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
}
