using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of the int4 products must do: the integers and the float32 steps of the contract, bit for bit.</summary>
public abstract class Int4MatMulContract : IDisposable
{
    private readonly Backend _backend;

    private protected Int4MatMulContract(Backend backend) => _backend = backend;

    public static TheoryData<int, int, int, bool> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int, int, bool>();
            foreach (var (rows, inputs, outputs) in new[]
            {
                (0, 5, 3), (1, 1, 1), (1, 33, 40), (2, 64, 129), (3, 17, 16), (5, 95, 15), (8, 31, 32), (13, 128, 7), (25, 50, 96), (97, 141, 37),
            })
            {
                shapes.Add(rows, inputs, outputs, false);
                shapes.Add(rows, inputs, outputs, true);
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_give_the_bits_of_the_reference(int rows, int inputs, int outputs, bool hasGroupScales)
    {
        using var reference = Versions.Reference();
        using var expected = new RoundedProblem(reference, rows, inputs, outputs, gap: 0, seed: rows + outputs, Precision.Int4, hasGroupScales);
        using var actual = new RoundedProblem(_backend, rows, inputs, outputs, gap: 3, seed: rows + outputs, Precision.Int4, hasGroupScales);
        foreach (var hasBias in new[] { false, true })
        {
            expected.Run(1, new Epilogue { Bias = hasBias ? expected.Bias.View : default });
            foreach (var threads in new[] { 1, 3 })
            {
                actual.Run(threads, new Epilogue { Bias = hasBias ? actual.Bias.View : default });
                Assert.Equal(expected.Y.Values(), actual.Y.Values());
            }
        }

        Assert.True(actual.Y.GapsAreUntouched());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Results_are_near_the_float32_product_of_the_rounded_weights(int rows, int inputs, int outputs, bool hasGroupScales)
    {
        using var problem = new RoundedProblem(_backend, rows, inputs, outputs, gap: 0, seed: outputs, Precision.Int4, hasGroupScales);
        problem.Run(1, new Epilogue { Bias = problem.Bias.View });

        // A symmetric scale has half the steps.
        problem.AssertNearDequantized(hasGroupScales ? 2 : 1);
    }

    [Theory]
    [InlineData(5, 20, 9)]
    [InlineData(50, 130, 64)]
    public void Activation_and_multiplier_are_applied(int rows, int inputs, int outputs)
    {
        using var problem = new RoundedProblem(_backend, rows, inputs, outputs, gap: 1, seed: 3, Precision.Int4);
        using var multiplier = new Operand(rows, outputs, 2, random: new Random(5));
        problem.Run(1, new Epilogue { Bias = problem.Bias.View });
        var sums = problem.Y.Values();
        problem.Run(2, new Epilogue { Bias = problem.Bias.View, Activation = new Activation(ActivationKind.Silu), Multiplier = multiplier.View });
        for (var i = 0; i < sums.Length; i++)
        {
            var exact = ReferenceActivation.Exact(new Activation(ActivationKind.Silu), sums[i]) * multiplier.Row(i / outputs)[i % outputs];
            Assert.True(Math.Abs(problem.Y.Row(i / outputs)[i % outputs] - exact) <= Tolerance.OfActivation(exact));
        }
    }

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_row_does_not_depend_on_the_batch_or_the_threads(bool hasGroupScales)
    {
        const int rows = 103;
        using var problem = new RoundedProblem(_backend, rows, 130, 70, gap: 0, seed: 4, Precision.Int4, hasGroupScales);
        problem.Run(1, default);
        var expected = problem.Y.Values();
        foreach (var threads in new[] { 1, 2, 5 })
        {
            foreach (var part in new[] { 1, 2, 3, 7, 40, rows })
            {
                problem.RunInParts(part, threads);
                Assert.Equal(expected, problem.Y.Values());
            }
        }
    }

    [Fact]
    public void An_outlier_costs_its_own_group_alone()
    {
        using var whole = new RoundedProblem(_backend, 1, 128, 20, gap: 0, seed: 4, Precision.Int4);
        using var grouped = new RoundedProblem(_backend, 1, 128, 20, gap: 0, seed: 4, Precision.Int4, hasGroupScales: true);
        foreach (var problem in new[] { whole, grouped })
        {
            problem.X.Row(0)[5] = 1000;
            problem.Run(1, default);
        }

        Assert.True(grouped.DequantizedError() < whole.DequantizedError() / 1.3);
    }

    [Fact]
    public void Odd_rows_are_defined()
    {
        foreach (var hasGroupScales in new[] { false, true })
        {
            using var reference = Versions.Reference();
            using var expected = new RoundedProblem(reference, 7, 70, 20, gap: 0, seed: 3, Precision.Int4, hasGroupScales);
            using var actual = new RoundedProblem(_backend, 7, 70, 20, gap: 0, seed: 3, Precision.Int4, hasGroupScales);
            foreach (var problem in new[] { expected, actual })
            {
                problem.X.Row(0).Clear();
                problem.X.Row(1).Fill(7);
                problem.X.Row(3)[31] = float.NaN;
                problem.X.Row(4)[69] = float.NegativeInfinity;
                problem.X.Row(5).Fill(1e-42f);
                problem.Run(1, new Epilogue { Bias = problem.Bias.View });
            }

            Assert.Equal(expected.Y.Values(), actual.Y.Values());
            Assert.Equal(actual.Bias.Values(), actual.Y.Row(0).ToArray());
            Assert.All(actual.Y.Row(3).ToArray(), value => Assert.True(float.IsNaN(value)));
            Assert.All(actual.Y.Row(4).ToArray(), value => Assert.True(float.IsNaN(value)));
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Nothing_is_allocated_after_warm_up()
    {
        Assert.SkipWhen(_backend.Name == "reference", "skipped: plain loops allocate");
        using var problem = new RoundedProblem(_backend, 37, 50, 60, gap: 0, seed: 6, Precision.Int4);
        using var host = new Host();
        using var threaded = new Host(2);
        Limits.AssertAllocations(_backend, () => problem.RunOn(host));
        Limits.AssertAllocations(_backend, () => problem.RunOn(threaded));
    }

    [Fact]
    public void Packed_integers_come_back_exactly()
    {
        var weights = Operand.Sample(new Random(1), 391 * 37);
        var rounded = QuantizedInt4Weights.Round(weights, 391, 37);
        using var packed = _backend.Dense.Pack(weights, 391, 37, Precision.Int4);
        var back = packed.UnpackInt4();
        Assert.Equal(rounded.Values.ToArray(), back.Values.ToArray());
        Assert.Equal(rounded.Scales.ToArray(), back.Scales.ToArray());
        Assert.Equal(rounded.Zeros.ToArray(), back.Zeros.ToArray());
        var values = new float[weights.Length];
        packed.Unpack(values);
        for (var i = 0; i < values.Length; i++)
        {
            Assert.True(Math.Abs(values[i] - weights[i]) <= (float)rounded.Scales.Span[(i / 37 / 32 * 37) + (i % 37)] * 1.01f);
        }
    }

    [Theory]
    [InlineData(true)]
    [InlineData(false)]
    public void Operands_are_not_read_or_written_beyond_their_ends(bool atEnd)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: needs mmap");
        foreach (var (rows, inputs, outputs) in new[] { (1, 1, 1), (2, 7, 5), (7, 33, 33), (13, 65, 40) })
        {
            var random = new Random(rows);
            using var x = new GuardedMemory(rows * inputs, atEnd, random);
            using var y = new GuardedMemory(rows * outputs, atEnd);
            using var bias = new GuardedMemory(outputs, atEnd, random);
            using var weights = _backend.Dense.Pack(Operand.Sample(random, inputs * outputs), inputs, outputs, Precision.Int4);
            using var host = new Host();
            var epilogue = new Epilogue { Bias = View.Create(bias.Address, 1, outputs), Activation = new Activation(ActivationKind.Gelu) };
            _backend.Dense.Run(host.Execution, View.Create(x.Address, rows, inputs), weights, epilogue, View.Create(y.Address, rows, outputs));
            Assert.True(float.IsFinite(y.Values(rows * outputs)[^1]));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        Assert.Throws<ArgumentException>(() => _backend.Dense.Pack([1, float.NaN], 2, 1, Precision.Int4));
        Assert.Throws<ArgumentException>(() => _backend.Dense.Pack([1e10f, 0], 2, 1, Precision.Int4));
        Assert.Throws<ArgumentException>(() => new QuantizedInt4Weights(new byte[] { 16 }, new Half[] { (Half)1 }, new byte[] { 0 }, 1, 1));
        Assert.Throws<ShapeMismatchException>(() => new QuantizedInt4Weights(new byte[] { 1 }, new Half[] { (Half)1, (Half)1 }, new byte[] { 0 }, 1, 1));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
