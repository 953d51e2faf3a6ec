using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What products over semirings make of nodes without edges, of zeros and of what is not finite.</summary>
public abstract class SemiringNodesContract : IDisposable
{
    private readonly Backend _backend;

    private protected SemiringNodesContract(Backend backend) => _backend = backend;

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

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
