using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of the int8 products must do: the integers and the float32 steps of the contract, bit for bit.</summary>
public abstract class Int8MatMulContract : IDisposable
{
    private readonly Backend _backend;

    private protected Int8MatMulContract(Backend backend) => _backend = backend;

    public static TheoryData<int, int, int> Shapes => new([(0, 5, 3), .. DenseMatMulCases.Shapes]);

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_give_the_bits_of_the_reference(int rows, int inputs, int outputs)
    {
        using var reference = Versions.Reference();
        using var expected = new RoundedProblem(reference, rows, inputs, outputs, gap: 0, seed: rows + outputs);
        using var actual = new RoundedProblem(_backend, rows, inputs, outputs, gap: 3, seed: rows + outputs);
        foreach (var hasBias in new[] { false, true })
        {
            expected.Run(1, new Epilogue { Bias = hasBias ? expected.Bias.View : default });
            foreach (var threads in new[] { 1, 3 })
            {
                actual.Run(threads, new Epilogue { Bias = hasBias ? actual.Bias.View : default });
                Limits.AssertBits(_backend, Precision.Int8, expected.Y.Values(), actual.Y.Values());
            }
        }

        Assert.True(actual.Y.GapsAreUntouched());
        Assert.True(actual.X.GapsAreUntouched());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_reference_is_near_the_float32_product_of_the_rounded_operands(int rows, int inputs, int outputs)
    {
        using var problem = new RoundedProblem(_backend, rows, inputs, outputs, gap: 0, seed: outputs);
        problem.Run(1, new Epilogue { Bias = problem.Bias.View });
        problem.AssertNearDequantized();
    }

    [Theory]
    [InlineData(5, 20, 9)]
    [InlineData(50, 130, 64)]
    public void Activation_and_multiplier_are_applied(int rows, int inputs, int outputs)
    {
        using var problem = new RoundedProblem(_backend, rows, inputs, outputs, gap: 1, seed: 3);
        using var multiplier = new Operand(rows, outputs, 2, random: new Random(5));
        problem.Run(1, new Epilogue { Bias = problem.Bias.View });
        var sums = problem.Y.Values();
        foreach (var isDestination in new[] { false, true })
        {
            for (var r = 0; isDestination && r < rows; r++)
            {
                multiplier.Row(r).CopyTo(problem.Y.Row(r));
            }

            problem.Run(2, new Epilogue
            {
                Bias = problem.Bias.View,
                Activation = new Activation(ActivationKind.Silu),
                Multiplier = isDestination ? problem.Y.View : multiplier.View,
            });
            for (var i = 0; i < sums.Length; i++)
            {
                var exact = ReferenceActivation.Exact(new Activation(ActivationKind.Silu), sums[i]) * multiplier.Row(i / outputs)[i % outputs];
                Assert.True(Math.Abs(problem.Y.Row(i / outputs)[i % outputs] - exact) <= Tolerance.OfActivation(exact));
            }
        }
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_row_does_not_depend_on_the_batch_or_the_threads(bool isGated)
    {
        const int rows = 203;
        using var network = new NetworkProblem(_backend, rows, 130, 300, 83, isGated, seed: 4);
        network.Run(rows, 1);
        var expected = network.Y.Values();
        foreach (var threads in new[] { 1, 2, 5 })
        {
            foreach (var part in new[] { 1, 2, 3, 7, 40, rows })
            {
                network.Run(part, threads);
                Assert.Equal(expected, network.Y.Values());
            }
        }
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData(false, ActivationKind.Relu)]
    [InlineData(true, ActivationKind.Relu)]
    [InlineData(false, ActivationKind.Identity)]
    public void A_network_gives_the_bits_of_its_products_one_after_the_other(bool isGated, ActivationKind activation)
    {
        foreach (var rows in new[] { 0, 1, 5, 64, 131 })
        {
            using var reference = Versions.Reference();
            using var expected = new NetworkProblem(reference, rows, 37, 90, 21, isGated, seed: 9) { Activation = new Activation(activation) };
            using var actual = new NetworkProblem(_backend, rows, 37, 90, 21, isGated, seed: 9) { Activation = new Activation(activation) };
            expected.Run(Math.Max(rows, 1), 1);
            actual.Run(Math.Max(rows, 1), 1);
            Limits.AssertBits(_backend, Precision.Int8, expected.Y.Values(), actual.Y.Values());
            actual.Run(Math.Max(rows, 1), 3);
            Limits.AssertBits(_backend, Precision.Int8, expected.Y.Values(), actual.Y.Values());
        }
    }

    [Fact]
    public void Odd_rows_are_defined()
    {
        using var reference = Versions.Reference();
        using var expected = new RoundedProblem(reference, 9, 40, 20, gap: 0, seed: 3);
        using var actual = new RoundedProblem(_backend, 9, 40, 20, gap: 0, seed: 3);
        foreach (var problem in new[] { expected, actual })
        {
            problem.X.Row(0).Clear();
            problem.X.Row(1).Fill(7);
            problem.X.Row(2).Fill(-3);
            problem.X.Row(3)[31] = float.NaN;
            problem.X.Row(4)[39] = float.NegativeInfinity;
            problem.X.Row(5).Fill(1e-42f);
            problem.X.Row(6)[0] = float.MaxValue;
            problem.X.Row(6)[1] = float.MinValue;
            problem.X.Row(7).Fill(-0f);
            problem.Run(1, new Epilogue { Bias = problem.Bias.View });
        }

        Limits.AssertBits(_backend, Precision.Int8, expected.Y.Values(), actual.Y.Values());
        Assert.Equal(actual.Bias.Values(), actual.Y.Row(0).ToArray());
        Assert.Equal(actual.Bias.Values(), actual.Y.Row(5).ToArray());
        Assert.All(actual.Y.Row(3).ToArray(), value => Assert.True(float.IsNaN(value)));
        Assert.All(actual.Y.Row(4).ToArray(), value => Assert.True(float.IsNaN(value)));
        Assert.All(actual.Y.Row(8).ToArray(), value => Assert.True(float.IsFinite(value)));
    }

    [Fact]
    public void The_largest_sums_are_exact()
    {
        const int inputs = QuantizedWeights.MaxInputWidth;
        var values = new sbyte[inputs * 2];
        for (var i = 0; i < values.Length; i++)
        {
            values[i] = (sbyte)(i % 2 == 0 ? 127 : -127);
        }

        using var weights = _backend.Dense.Pack(new QuantizedWeights(values, new float[] { 1, 1 }, inputs, 2));
        using var x = new Operand(2, inputs, fill: 255);
        x.Row(1).Fill(-255);
        using var y = new Operand(2, 2);
        using var host = new Host();
        _backend.Dense.Run(host.Execution, x.View, weights, default, y.View);
        var largest = 127f * 255 * inputs;
        Assert.Equal([largest, -largest, -largest, largest], y.Values());
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Nothing_is_allocated_after_warm_up()
    {
        using var problem = new NetworkProblem(_backend, 37, 50, 60, 30, isGated: true, seed: 6);
        Limits.AssertAllocations(_backend, problem.Prepare(1));
        Limits.AssertAllocations(_backend, problem.Prepare(2));
    }

    [Fact]
    public void Packed_integers_come_back_exactly()
    {
        var weights = Operand.Sample(new Random(1), 391 * 37);
        var rounded = QuantizedWeights.Round(weights, 391, 37);
        using var packed = _backend.Dense.Pack(weights, 391, 37, Precision.Int8);
        var back = packed.UnpackInt8();
        Assert.Equal(rounded.Values.ToArray(), back.Values.ToArray());
        Assert.Equal(rounded.Scales.ToArray(), back.Scales.ToArray());
        var values = new float[weights.Length];
        packed.Unpack(values);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(values[i] - weights[i]) <= rounded.Scales.Span[i % 37] * 0.50001f);
        }

        Assert.True(packed.ByteCount >= weights.Length);
        Assert.Equal(Precision.Int8, packed.Precision);
    }

    [Fact]
    public void Concurrent_runs_share_the_weights()
    {
        using var problem = new RoundedProblem(_backend, 20, 90, 50, gap: 0, seed: 2);
        problem.Run(1, default);
        var expected = problem.Y.Values();
        Parallel.For(0, 8, _ =>
        {
            using var y = new Operand(20, 50);
            for (var i = 0; i < 10; i++)
            {
                problem.RunTo(y, 2, default);
                Assert.Equal(expected, y.Values());
            }
        });
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Operands_are_not_read_or_written_beyond_their_ends(bool atEnd)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: needs mmap");
        foreach (var (rows, inputs, outputs) in new[] { (1, 1, 1), (2, 7, 5), (7, 33, 33), (13, 65, 40), (3, 130, 64) })
        {
            var random = new Random(rows);
            using var x = new GuardedMemory(rows * inputs, atEnd, random);
            using var y = new GuardedMemory(rows * outputs, atEnd);
            using var bias = new GuardedMemory(outputs, atEnd, random);
            using var multiplier = new GuardedMemory(rows * outputs, atEnd, random);
            using var weights = _backend.Dense.Pack(Operand.Sample(random, inputs * outputs), inputs, outputs, Precision.Int8);
            using var host = new Host();
            var epilogue = new Epilogue
            {
                Bias = View.Create(bias.Address, 1, outputs),
                Activation = new Activation(ActivationKind.Gelu),
                Multiplier = View.Create(multiplier.Address, rows, outputs),
            };
            _backend.Dense.Run(host.Execution, View.Create(x.Address, rows, inputs), weights, epilogue, View.Create(y.Address, rows, outputs));
            Assert.True(float.IsFinite(y.Values(rows * outputs)[^1]));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_anything_is_written()
    {
        using var problem = new RoundedProblem(_backend, 4, 10, 6, gap: 0, seed: 2);
        using var narrow = new Operand(4, 9);
        using var host = new Host();
        var dense = _backend.Dense;
        Assert.Throws<ShapeMismatchException>(() => dense.Run(host.Execution, narrow.View, problem.Weights, default, problem.Y.View));
        Assert.Throws<ShapeMismatchException>(
            () => dense.RunFeedForward(
                host.Execution, problem.X.View, new FeedForwardMatrices { Up = problem.Weights, Down = problem.Weights }, problem.Y.View));
        Assert.Throws<ArgumentException>(() => dense.Pack([1, float.NaN], 2, 1, Precision.Int8));
        Assert.Throws<ShapeMismatchException>(() => dense.Pack(new float[QuantizedWeights.MaxInputWidth + 1], QuantizedWeights.MaxInputWidth + 1, 1, Precision.Int8));
        Assert.Throws<ArgumentException>(() => new QuantizedWeights(new sbyte[] { -128 }, new float[] { 1 }, 1, 1));
        Assert.Throws<ArgumentException>(() => new QuantizedWeights(new sbyte[] { 1 }, new[] { float.NaN }, 1, 1));
        Assert.All(problem.Y.Values(), value => Assert.Equal(0, value));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
