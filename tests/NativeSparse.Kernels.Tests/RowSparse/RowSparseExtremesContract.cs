using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What products with sparse activations make of zeros, of the largest sums and of what is not finite.</summary>
public abstract unsafe class RowSparseExtremesContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Precision _precision;

    private protected RowSparseExtremesContract(Backend backend, Precision precision) => (_backend, _precision) = (backend, precision);

    [Fact]
    public void What_is_not_finite_stays_in_its_row()
    {
        using var problem = new RowSparseProblem(_backend, 6, 40, 70, _precision, share: 0);
        problem.Hidden.Row(1)[7] = float.NaN;
        problem.Hidden.Row(2)[39] = float.PositiveInfinity;
        problem.Hidden.Row(3)[8] = 1e-42f;
        problem.Hidden.Row(4)[0] = float.MaxValue;
        problem.Hidden.Row(4)[1] = float.MinValue;
        using var dense = _backend.Dense.Pack(problem.Weights, 40, 70, _precision);
        using var host = new Host();
        using var y = new Operand(6, 70);
        _backend.Dense.Run(host.Execution, problem.Hidden.View, dense, new Epilogue { Bias = problem.Bias.View }, y.View);
        var actual = problem.Run(2, new Epilogue { Bias = problem.Bias.View });
        Assert.Equal(problem.Bias.Values(), actual[..70]);
        Assert.All(actual[70..140], value => Assert.True(float.IsNaN(value)));
        Assert.All(actual[140..210], value => Assert.False(float.IsFinite(value)));

        // Dense float32 multiplies an infinity with nothing but the weights of its own row, as here.
        Assert.Equal(y.Values(), actual);
        Assert.Equal(actual, problem.RunSets(2, problem.Sets(), new Epilogue { Bias = problem.Bias.View }));
    }

    [Fact]
    public void Rows_that_are_not_active_reach_nothing()
    {
        // 255 rounds with a scale of one.
        using var hidden = new Operand(1, 3, fill: 255);
        hidden.Row(0)[1] = 0;
        using var y = new Operand(1, 2);
        using var host = new Host();
        using var packed = _precision == Precision.Int8
            ? _backend.RowSparse.Pack(new QuantizedWeights(new sbyte[] { 1, 2, 127, -127, 3, 4 }, new float[] { 1, 1 }, 3, 2))
            : _backend.RowSparse.Pack([1, 2, float.NaN, float.PositiveInfinity, 3, 4], 3, 2, _precision);
        _backend.RowSparse.Run(host.Execution, hidden.View, packed, default, y.View);
        Assert.Equal([4 * 255, 6 * 255], y.Values());
    }

    [Fact]
    public void The_largest_sums_are_exact()
    {
        Assert.SkipWhen(_precision != Precision.Int8, "skipped: float32 sums are rounded");
        const int inputs = QuantizedWeights.MaxInputWidth;
        var values = new sbyte[inputs * 2];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (sbyte)(i % 2 == 0 ? 127 : -127);
        }

        using var packed = _backend.RowSparse.Pack(new QuantizedWeights(values, new float[] { 1, 1 }, inputs, 2));
        using var hidden = new Operand(2, inputs, fill: 255);
        hidden.Row(1).Fill(-255);
        using var y = new Operand(2, 2);
        using var host = new Host();
        _backend.RowSparse.Run(host.Execution, hidden.View, packed, default, y.View);
        const float largest = 127f * 255 * inputs;
        Assert.Equal([largest, -largest, -largest, largest], y.Values());
    }

    [Fact]
    public void Zeros_of_a_set_change_nothing()
    {
        using var problem = new RowSparseProblem(_backend, 5, 60, 40, _precision);
        var expected = problem.Run(1, default);
        var sets = problem.Sets();
        for (var t = 0; t < 5; t++)
        {
            for (var j = 0; j < 60; j++)
            {
                (sets.Indices.RowInt32(t)[j], sets.Values.Row(t)[j]) = (j, problem.Hidden.Row(t)[j]);
            }

            sets.Counts.RowInt32(0)[t] = 60;
        }

        Assert.Equal(expected, problem.RunSets(2, sets, default));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
