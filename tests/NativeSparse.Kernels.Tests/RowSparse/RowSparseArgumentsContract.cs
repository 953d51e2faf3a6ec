using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What products with sparse activations refuse.</summary>
public abstract unsafe class RowSparseArgumentsContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Precision _precision;

    private protected RowSparseArgumentsContract(Backend backend, Precision precision) => (_backend, _precision) = (backend, precision);

    [Fact]
    public void Weights_that_do_not_fit_are_refused()
    {
        var family = _backend.RowSparse;
        Assert.Throws<ShapeMismatchException>(() => family.Pack(new float[5], 2, 3, _precision));
        Assert.Throws<ArgumentOutOfRangeException>(() => family.Pack([], 0, 3, _precision));
        Assert.Throws<ArgumentNullException>(() => family.Pack(null!));
        Assert.Throws<ArgumentException>(() => family.Pack([1, float.NaN], 2, 1, Precision.Int8));
        foreach (var precision in new[] { Precision.BFloat16, Precision.Int4, (Precision)99 })
        {
            var wrong = Assert.Throws<NotSupportedException>(() => family.Pack(new float[6], 2, 3, precision));
            Assert.Contains("Float32 and Int8", wrong.Message, StringComparison.Ordinal);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_anything_is_written()
    {
        using var problem = new RowSparseProblem(_backend, 3, 8, 6, _precision);
        using var narrow = new Operand(3, 7);
        using var host = new Host();
        var (family, hidden, packed, y) = (_backend.RowSparse, problem.Hidden.View, problem.Packed, problem.Y.View);
        var sets = problem.Sets();
        Assert.Throws<ShapeMismatchException>(() => family.Run(host.Execution, narrow.View, packed, default, y));
        Assert.Throws<ShapeMismatchException>(() => family.Run(host.Execution, hidden, packed, default, narrow.View));
        Assert.Throws<ShapeMismatchException>(() => family.Run(host.Execution, hidden, packed, new Epilogue { Bias = narrow.View }, y));
        Assert.Throws<ShapeMismatchException>(() => family.Run(host.Execution, hidden, packed, new Epilogue { Multiplier = narrow.View }, y));
        Assert.Throws<ArgumentNullException>(() => family.Run(host.Execution, hidden, null!, default, y));
        foreach (var wrong in new[]
        {
            sets with { Counts = View.Create(sets.Counts.Address, 1, 2, ElementType.Int32) },
            sets with { Counts = View.Create(sets.Counts.Address, 1, 3) },
            sets with { Indices = View.Create(sets.Indices.Address, 3, 11) },
            sets with { Values = View.Create(sets.Values.Address, 3, 10) },
        })
        {
            Assert.Throws<ShapeMismatchException>(() => family.Run(host.Execution, wrong, packed, default, y));
        }

        Assert.Throws<ShapeMismatchException>(() => family.Run(host.Execution, sets, packed, new Epilogue { Bias = narrow.View }, y));
        foreach (var stranger in new[] { Versions.Vector128(), Versions.Vector256(), Versions.Reference() }.Where(other => other.RowSparse.Version != family.Version))
        {
            using var foreign = stranger.RowSparse.Pack(problem.Weights, 8, 6, _precision);
            Assert.Throws<ArgumentException>(() => family.Run(host.Execution, hidden, foreign, default, y));
            Assert.Throws<ArgumentException>(() => family.Run(host.Execution, sets, foreign, default, y));
            stranger.Dispose();
        }

        Assert.All(problem.Y.Values(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Sets_that_are_none_are_refused_before_anything_is_written()
    {
        using var problem = new RowSparseProblem(_backend, 2, 40, 6, _precision);
        foreach (var (place, index) in new[] { (0, -1), (0, 40), (3, 2), (5, 4), (9, 3), (20, 18), (24, 23), (29, 40), (29, 28), (29, int.MaxValue) })
        {
            var sets = problem.Sets();
            for (var i = 0; i < 30; i++)
            {
                sets.Indices.RowInt32(1)[i] = i;
            }

            (sets.Counts.RowInt32(0)[1], sets.Indices.RowInt32(1)[place]) = (30, index);
            var wrong = Assert.Throws<ShapeMismatchException>(() => problem.RunSets(1, sets, default));
            Assert.Contains("token 1", wrong.Message, StringComparison.Ordinal);
        }

        foreach (var count in new[] { -1, 44 })
        {
            var sets = problem.Sets();
            sets.Counts.RowInt32(0)[1] = count;
            Assert.Throws<ShapeMismatchException>(() => problem.RunSets(1, sets, default));
        }

        Assert.All(problem.Y.Values(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void A_cancelled_run_stops()
    {
        using var problem = new RowSparseProblem(_backend, 4, 20, 30, _precision);
        using var host = new Host(1, new CancellationToken(canceled: true));
        Assert.ThrowsAny<OperationCanceledException>(() => problem.RunOn(host, default));
    }

    [Fact]
    public void Disposing_twice_is_fine_and_running_afterwards_is_an_error()
    {
        using var problem = new RowSparseProblem(_backend, 4, 20, 30, _precision);
        problem.Packed.Dispose();
        problem.Packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => problem.Run(1, default));
        Assert.Throws<ObjectDisposedException>(() => problem.RunSets(1, problem.Sets(), default));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
