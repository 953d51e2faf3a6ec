using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of the dense product must do.</summary>
public abstract class DenseMatMulContract : IDisposable
{
    private readonly Backend _backend;

    private protected DenseMatMulContract(Backend backend) => _backend = backend;

    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 5, 3 }, { 1, 1, 1 }, { 1, 7, 5 }, { 1, 33, 200 }, { 2, 13, 31 }, { 2, 64, 129 }, { 3, 17, 16 }, { 4, 383, 8 }, { 5, 384, 15 },
        { 6, 385, 16 }, { 7, 16, 17 }, { 8, 31, 32 }, { 9, 61, 33 }, { 11, 23, 64 }, { 12, 12, 47 }, { 13, 128, 7 }, { 95, 9, 19 },
        { 96, 40, 31 }, { 97, 41, 37 }, { 193, 800, 70 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_product_is_within_the_stated_bound(int rows, int inputs, int outputs)
    {
        foreach (var threads in new[] { 1, 3 })
        {
            using var problem = new DenseProblem(_backend, rows, inputs, outputs, gap: 3, seed: rows + inputs);
            problem.Run(threads, default);
            problem.AssertMatches(default);
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Bias_activation_and_multiplier_are_applied(int rows, int inputs, int outputs)
    {
        using var problem = new DenseProblem(_backend, rows, inputs, outputs, gap: 1, seed: outputs);
        using var multiplier = new Operand(rows, outputs, 2, random: new Random(5));
        var epilogue = new Epilogue
        {
            Bias = problem.Bias.View,
            Activation = new Activation(ActivationKind.Gelu),
            Multiplier = multiplier.View,
        };
        problem.Run(2, epilogue);
        problem.AssertMatches(epilogue);
        Assert.True(multiplier.GapsAreUntouched());
    }

    [Theory]
    [InlineData(3, 20, 9)]
    [InlineData(70, 801, 40)]
    public void The_multiplier_may_be_the_destination(int rows, int inputs, int outputs)
    {
        using var problem = new DenseProblem(_backend, rows, inputs, outputs, gap: 0, seed: 8);
        using var before = new Operand(rows, outputs, random: new Random(11));
        for (var r = 0; r < rows; r++)
        {
            before.Row(r).CopyTo(problem.Y.Row(r));
        }

        problem.Run(1, new Epilogue { Activation = new Activation(ActivationKind.Silu), Multiplier = problem.Y.View });
        problem.AssertMatches(new Epilogue { Activation = new Activation(ActivationKind.Silu), Multiplier = before.View });
    }

    [Fact]
    public void A_row_does_not_depend_on_the_batch_or_the_threads()
    {
        const int rows = 101;
        using var whole = new DenseProblem(_backend, rows, 700, 83, gap: 0, seed: 4);
        var epilogue = new Epilogue { Bias = whole.Bias.View, Activation = new Activation(ActivationKind.GeluTanh) };
        whole.Run(1, epilogue);
        var expected = whole.Y.Values();
        foreach (var threads in new[] { 1, 2, 5 })
        {
            foreach (var part in new[] { 1, 2, 3, 5, 8, 40, rows })
            {
                whole.RunInParts(part, threads, epilogue);
                Assert.Equal(expected, whole.Y.Values());
            }
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Without_an_activation_every_version_gives_the_bits_of_the_reference(int rows, int inputs, int outputs)
    {
        using var reference = Versions.Reference();
        using var expected = new DenseProblem(reference, rows, inputs, outputs, gap: 0, seed: 21);
        using var actual = new DenseProblem(_backend, rows, inputs, outputs, gap: 2, seed: 21);
        expected.Run(1, new Epilogue { Bias = expected.Bias.View });
        actual.Run(2, new Epilogue { Bias = actual.Bias.View });
        Limits.AssertBits(_backend, Precision.Float32, expected.Y.Values(), actual.Y.Values());
    }

    [Fact]
    public void Not_a_number_and_infinity_stay_in_their_row()
    {
        using var problem = new DenseProblem(_backend, 9, 10, 20, gap: 0, seed: 3);
        problem.X.Row(4)[7] = float.NaN;
        problem.X.Row(6)[2] = float.PositiveInfinity;
        problem.Run(1, default);
        for (var r = 0; r < 9; r++)
        {
            Assert.All(problem.Y.Row(r).ToArray(), value => Assert.Equal(r is not (4 or 6), float.IsFinite(value)));
        }
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        using var problem = new DenseProblem(_backend, 37, 500, 60, gap: 0, seed: 6);
        var epilogue = new Epilogue { Bias = problem.Bias.View, Activation = new Activation(ActivationKind.Silu), Multiplier = problem.Y.View };
        Limits.AssertAllocations(_backend, problem.Prepare(1, epilogue));
        Limits.AssertAllocations(_backend, problem.Prepare(2, epilogue));
    }

    [Fact]
    public void Packed_weights_come_back_exactly()
    {
        var weights = Operand.Sample(new Random(1), 391 * 37);
        using var packed = _backend.Dense.Pack(weights, 391, 37, Precision.Float32);
        var back = new float[weights.Length];
        packed.Unpack(back);
        Assert.Equal(weights, back);
        Assert.True(packed.ByteCount >= weights.Length * sizeof(float));
        Assert.Throws<ArgumentException>(() => packed.Unpack(new float[weights.Length - 1]));
    }

    [Fact]
    public void Concurrent_runs_share_the_weights()
    {
        using var problem = new DenseProblem(_backend, 20, 90, 50, gap: 0, seed: 2);
        problem.Run(1, default);
        var expected = problem.Y.Values();
        Parallel.For(0, 8, _ =>
        {
            using var y = new Operand(20, 50);
            for (var i = 0; i < 20; i++)
            {
                problem.RunTo(y, 2, default);
                Assert.Equal(expected, y.Values());
            }
        });
    }

    [Fact]
    public void Shapes_that_do_not_fit_are_refused_before_anything_is_written()
    {
        using var problem = new DenseProblem(_backend, 4, 10, 6, gap: 0, seed: 2);
        using var narrow = new Operand(4, 9);
        using var shortY = new Operand(3, 6);
        using var bias = new Operand(1, 5);
        using var host = new Host();
        var dense = _backend.Dense;
        Assert.Throws<ShapeMismatchException>(() => dense.Run(host.Execution, narrow.View, problem.Weights, default, problem.Y.View));
        Assert.Throws<ShapeMismatchException>(() => dense.Run(host.Execution, problem.X.View, problem.Weights, default, shortY.View));
        Assert.Throws<ShapeMismatchException>(
            () => dense.Run(host.Execution, problem.X.View, problem.Weights, new Epilogue { Bias = bias.View }, problem.Y.View));
        Assert.Throws<ShapeMismatchException>(
            () => dense.Run(host.Execution, problem.X.View, problem.Weights, new Epilogue { Multiplier = shortY.View }, problem.Y.View));
        Assert.Throws<ShapeMismatchException>(() => dense.Pack(new float[59], 10, 6, Precision.Float32));
        Assert.Throws<NotSupportedException>(() => dense.Pack(new float[60], 10, 6, (Precision)99));
        Assert.All(problem.Y.Values(), value => Assert.Equal(0, value));
    }

    [Fact]
    public void Weights_of_another_backend_are_refused()
    {
        using var other = _backend.Name == "reference" ? Versions.Vector128() : Versions.Reference();
        using var foreign = other.Dense.Pack(new float[60], 10, 6, Precision.Float32);
        using var problem = new DenseProblem(_backend, 4, 10, 6, gap: 0, seed: 2);
        using var host = new Host();
        Assert.Throws<ArgumentException>(() => _backend.Dense.Run(host.Execution, problem.X.View, foreign, default, problem.Y.View));
    }

    [Fact]
    public void A_cancelled_run_stops()
    {
        using var problem = new DenseProblem(_backend, 4, 10, 6, gap: 0, seed: 2);
        using var host = new Host(1, new CancellationToken(canceled: true));
        Assert.ThrowsAny<OperationCanceledException>(
            () => _backend.Dense.Run(host.Execution, problem.X.View, problem.Weights, default, problem.Y.View));
    }

    [Fact]
    public void Disposing_twice_is_fine_and_running_afterwards_is_an_error()
    {
        using var problem = new DenseProblem(_backend, 4, 10, 6, gap: 0, seed: 2);
        problem.Weights.Dispose();
        problem.Weights.Dispose();
        Assert.Throws<ObjectDisposedException>(() => problem.Run(1, default));
    }

    public void Dispose()
    {
        _backend.Dispose();
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
