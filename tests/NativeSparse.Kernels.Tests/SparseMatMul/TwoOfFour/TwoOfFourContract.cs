using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version promises of products with 2:4 weights.</summary>
public abstract class TwoOfFourContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Backend _reference = Versions.Reference();

    private protected TwoOfFourContract(Backend backend) => _backend = backend;

    /// <summary>Rows, inputs, outputs.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 4, 5 }, { 1, 1, 1 }, { 1, 37, 70 }, { 2, 5, 33 }, { 3, 8, 32 }, { 7, 64, 32 }, { 13, 90, 31 }, { 33, 40, 100 }, { 131, 71, 66 }, { 300, 20, 36 },
        { 5, 1, 7 }, { 4, 3, 8 }, { 1, 3, 9 }, { 3, 5, 15 }, { 1, 5, 16 }, { 6, 767, 17 }, { 1, 767, 31 }, { 2, 767, 1 }, { 1, 767, 129 }, { 1, 8, 65 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rows_are_the_specification_bit_for_bit(int rows, int inputs, int outputs)
    {
        var weights = TwoOfFourProblem.Weights(inputs, outputs);
        using var x = new Operand(rows, inputs, gap: 3, random: new Random(rows));
        using var bias = new Operand(1, outputs, random: new Random(5));
        using var multiplier = new Operand(rows, outputs, gap: 1, random: new Random(6));
        var epilogue = new Epilogue { Bias = bias.View, Multiplier = multiplier.View };
        var expected = TwoOfFourProblem.Rows(_reference, weights, x, epilogue, 1);
        foreach (var threads in new[] { 1, 2, 3 })
        {
            Limits.AssertBits(_backend, Precision.Float32, expected, TwoOfFourProblem.Rows(_backend, weights, x, epilogue, threads));
        }
    }

    [Fact]
    public void They_are_the_products_of_the_same_entries_as_single_weights()
    {
        var weights = TwoOfFourProblem.Weights(90, 70);
        using var packed = _backend.Sparse.Pack(weights.ToSparse());
        using var x = new Operand(21, 90, random: new Random(1));
        using var y = new Operand(21, 70);
        using var host = new Host();
        _backend.Sparse.Run(host.Execution, x.View, packed, default, y.View);
        Assert.Equal(y.Values(), TwoOfFourProblem.Rows(_backend, weights, x, default, 1));
    }

    [Fact]
    public void A_row_does_not_depend_on_the_others()
    {
        var weights = TwoOfFourProblem.Weights(61, 50);
        using var all = new Operand(150, 61, random: new Random(3));
        var together = TwoOfFourProblem.Rows(_backend, weights, all, default, 2);
        foreach (var row in new[] { 0, 1, 2, 3, 127, 128, 149 })
        {
            using var alone = new Operand(1, 61);
            all.Row(row).CopyTo(alone.Row(0));
            Assert.Equal(together[(row * 50)..((row + 1) * 50)], TwoOfFourProblem.Rows(_backend, weights, alone, default, 1));
        }
    }

    [Fact]
    public void The_multiplier_may_be_the_destination()
    {
        var weights = TwoOfFourProblem.Weights(30, 41);
        using var packed = _backend.Sparse.Pack(weights);
        using var x = new Operand(50, 30, random: new Random(1));
        using var y = new Operand(50, 41, random: new Random(2));
        using var multiplier = new Operand(50, 41, random: new Random(2));
        using var host = new Host();
        var expected = TwoOfFourProblem.Rows(_reference, weights, x, new Epilogue { Multiplier = multiplier.View }, 1);
        _backend.Sparse.Run(host.Execution, x.View, packed, new Epilogue { Multiplier = y.View }, y.View);
        Limits.AssertBits(_backend, Precision.Float32, expected, y.Values());
    }

    [Fact]
    public void Concurrent_runs_share_the_weights()
    {
        var weights = TwoOfFourProblem.Weights(61, 150);
        using var packed = _backend.Sparse.Pack(weights);
        using var x = new Operand(20, 61, random: new Random(1));
        using var columns = new Operand(61, 20, random: new Random(1));
        var (rows, channels) = (TwoOfFourProblem.Rows(_backend, weights, x, default, 1), TwoOfFourProblem.Channels(_backend, weights, columns, default, 1));
        Parallel.For(0, 4, _ =>
        {
            using var host = new Host(2);
            using var y = new Operand(20, 150);
            using var z = new Operand(150, 20);
            for (var i = 0; i < 5; i++)
            {
                _backend.Sparse.Run(host.Execution, x.View, packed, default, y.View);
                _backend.Sparse.RunChannels(host.Execution, columns.View, packed, default, z.View);
                Assert.Equal(rows, y.Values());
                Assert.Equal(channels, z.Values());
            }
        });
    }

    [Fact]
    public void Activations_follow_the_bias()
    {
        var limit = Math.Max(4e-6, _backend.RoundingLimit(Precision.Float32));
        var weights = TwoOfFourProblem.Weights(50, 70);
        using var x = new Operand(37, 50, random: new Random(1));
        using var bias = new Operand(1, 70, random: new Random(2));
        var epilogue = new Epilogue { Bias = bias.View, Activation = new Activation(ActivationKind.Gelu) };
        Assert.All(
            TwoOfFourProblem.Rows(_reference, weights, x, epilogue, 1).Zip(TwoOfFourProblem.Rows(_backend, weights, x, epilogue, 1)),
            pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, limit * Math.Max(1, Math.Abs(pair.First))));
    }

    [Theory]
    [InlineData(float.NaN)]
    [InlineData(float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity)]
    public void What_is_not_finite_reaches_the_outputs_that_store_its_place_and_no_others(float value)
    {
        const int inputs = 39;
        const int outputs = 70;
        var weights = TwoOfFourProblem.Weights(inputs, outputs);
        using var x = new Operand(inputs, inputs, fill: 1);
        for (var k = 0; k < inputs; k++)
        {
            x.Row(k)[k] = value;
        }

        var rows = TwoOfFourProblem.Rows(_backend, weights, x, default, 1);
        var channels = TwoOfFourProblem.Channels(_backend, weights, x, default, 1);
        for (var k = 0; k < inputs; k++)
        {
            for (var n = 0; n < outputs; n++)
            {
                var isReached = TwoOfFourProblem.Stores(weights, k, n);
                Assert.Equal(isReached, !float.IsFinite(rows[(k * outputs) + n]));
                Assert.Equal(isReached, !float.IsFinite(channels[(n * inputs) + k]));
            }
        }
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        Assert.SkipWhen(_backend is ReferenceBackend, "skipped: plain loops allocate");
        using var packed = _backend.Sparse.Pack(TwoOfFourProblem.Weights(42, 50));
        using var x = new Operand(70, 42, random: new Random(1));
        using var y = new Operand(70, 50);
        using var columns = new Operand(42, 70, random: new Random(1));
        using var channels = new Operand(50, 70);
        using var bias = new Operand(1, 50);
        var epilogue = new Epilogue { Bias = bias.View };
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            Limits.AssertAllocations(_backend, () => _backend.Sparse.Run(host.Execution, x.View, packed, epilogue, y.View));
            Limits.AssertAllocations(_backend, () => _backend.Sparse.RunChannels(host.Execution, columns.View, packed, epilogue, channels.View));
        }
    }

    [Fact]
    public void Weights_come_back_and_what_does_not_fit_is_refused()
    {
        var weights = TwoOfFourProblem.Weights(33, 37);
        var packed = _backend.Sparse.Pack(weights);
        Assert.Equal(weights.ToDense(), packed.Unpack().ToDense());
        Assert.Equal((33, 37, Precision.Float32), (packed.InputWidth, packed.OutputWidth, packed.Precision));
        using var x = new Operand(3, 33);
        using var y = new Operand(3, 37);
        using var host = new Host();
        Assert.Throws<ShapeMismatchException>(() => _backend.Sparse.Run(host.Execution, y.View, packed, default, y.View));
        Assert.Throws<ShapeMismatchException>(() => _backend.Sparse.Run(host.Execution, x.View, packed, default, x.View));
        Assert.Throws<ArgumentNullException>(() => _backend.Sparse.Pack((TwoOfFourWeights)null!));
        using var other = (_backend is ReferenceBackend ? Versions.Vector128() : _reference).Sparse.Pack(weights);
        Assert.Throws<ArgumentException>(() => _backend.Sparse.Run(host.Execution, x.View, other, default, y.View));
        packed.Dispose();
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => _backend.Sparse.Run(host.Execution, x.View, packed, default, y.View));
    }

    public void Dispose()
    {
        _backend.Dispose();
        _reference.Dispose();
        GC.SuppressFinalize(this);
    }
}
