using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of products with sparse activations promises at every precision.</summary>
public abstract unsafe class RowSparseContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Backend _reference = Versions.Reference();
    private readonly Precision _precision;

    private protected RowSparseContract(Backend backend, Precision precision) => (_backend, _precision) = (backend, precision);

    /// <summary>Rows, inputs, outputs.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 4, 5 }, { 1, 1, 1 }, { 1, 37, 70 }, { 1, 61, 2100 }, { 1, 300, 4200 }, { 2, 5, 33 }, { 3, 8, 64 }, { 7, 64, 32 }, { 7, 65, 31 },
        { 13, 90, 129 }, { 16, 517, 130 }, { 9, 3000, 70 }, { 65, 33, 47 }, { 131, 70, 66 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Every_version_gives_the_bits_of_the_reference(int rows, int inputs, int outputs)
    {
        using var expected = new RowSparseProblem(_reference, rows, inputs, outputs, _precision, seed: rows);
        using var actual = new RowSparseProblem(_backend, rows, inputs, outputs, _precision, gap: 3, seed: rows);
        foreach (var isFull in new[] { false, true })
        {
            var values = expected.Run(1, isFull ? expected.Full : default);
            foreach (var threads in new[] { 1, 2, 3 })
            {
                Limits.AssertBits(_backend, _precision, values, actual.Run(threads, isFull ? actual.Full : default));
                Limits.AssertBits(_backend, _precision, values, actual.RunSets(threads, actual.Sets(), isFull ? actual.Full : default));
            }
        }

        Assert.True(actual.Y.GapsAreUntouched() && actual.Hidden.GapsAreUntouched() && actual.Multiplier.GapsAreUntouched());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_answer_is_the_dense_one_for_the_row_with_its_zeros(int rows, int inputs, int outputs)
    {
        using var problem = new RowSparseProblem(_backend, rows, inputs, outputs, _precision, seed: 3);
        using var dense = _backend.Dense.Pack(problem.Weights, inputs, outputs, _precision);
        using var host = new Host();
        using var y = new Operand(rows, outputs);
        _backend.Dense.Run(host.Execution, problem.Hidden.View, dense, problem.Full, y.View);
        Limits.AssertBits(_backend, _precision, y.Values(), problem.Run(2, problem.Full));
    }

    [Theory]
    [InlineData(ActivationKind.Relu)]
    [InlineData(ActivationKind.Silu)]
    [InlineData(ActivationKind.Gelu)]
    public void Bias_activation_and_multiplier_follow(ActivationKind kind)
    {
        using var problem = new RowSparseProblem(_backend, 9, 50, 70, _precision);
        var sums = problem.Run(1, new Epilogue { Bias = problem.Bias.View });
        var values = problem.Run(1, problem.Full with { Activation = new Activation(kind) });
        for (var i = 0; i < sums.Length; i++)
        {
            var exact = ReferenceActivation.Exact(new Activation(kind), sums[i]) * problem.Multiplier.Row(i / 70)[i % 70];
            Assert.InRange(Math.Abs(values[i] - exact), 0, Tolerance.OfActivation(exact));
        }
    }

    [Fact]
    public void Every_output_is_the_sum_over_the_active_neurons()
    {
        using var problem = new RowSparseProblem(_backend, 8, 90, 37, _precision);
        var actual = problem.Run(1, default);
        var weights = new float[90 * 37];
        problem.Packed.Unpack(weights);
        for (var i = 0; i < actual.Length; i++)
        {
            var row = problem.Hidden.Row(i / 37);
            var (sum, magnitudes, range) = (0.0, 0.0, 0f);
            for (var j = 0; j < 90; j++)
            {
                var weight = weights[(j * 37) + (i % 37)];
                sum += (double)row[j] * weight;
                magnitudes += Math.Abs((double)row[j] * weight) + (row[j] != 0 && _precision == Precision.Int8 ? Math.Abs(weight) : 0);
                range = Math.Max(range, Math.Abs(row[j]));
            }

            var limit = _precision == Precision.Int8 ? (0.51 * range * 2 / 255 * magnitudes) + 1e-4 : Tolerance.OfSum(90, magnitudes);
            Assert.InRange(Math.Abs(actual[i] - sum), 0, limit);
        }
    }

    [Fact]
    public void A_row_does_not_depend_on_the_batch_or_the_threads()
    {
        const int rows = 150;
        using var problem = new RowSparseProblem(_backend, rows, 400, 90, _precision);
        var expected = problem.Run(1, problem.Full);
        foreach (var threads in new[] { 1, 2, 3 })
        {
            using var host = new Host(threads);
            foreach (var part in new[] { 1, 2, 7, 64, 65 })
            {
                for (var first = 0; first < rows; first += part)
                {
                    var count = Math.Min(part, rows - first);
                    var epilogue = problem.Full with { Multiplier = problem.Multiplier.View.Slice(first, count) };
                    _backend.RowSparse.Run(
                        host.Execution, problem.Hidden.View.Slice(first, count), problem.Packed, epilogue, problem.Y.View.Slice(first, count));
                }

                Assert.Equal(expected, problem.Y.Values());
            }
        }
    }

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

    [Fact]
    public void The_multiplier_may_be_the_destination()
    {
        using var problem = new RowSparseProblem(_backend, 20, 50, 2100, _precision);
        var expected = problem.Run(1, problem.Full);
        foreach (var threads in new[] { 1, 2 })
        {
            for (var t = 0; t < 20; t++)
            {
                problem.Multiplier.Row(t).CopyTo(problem.Y.Row(t));
            }

            Assert.Equal(expected, problem.Run(threads, problem.Full with { Multiplier = problem.Y.View }));
        }
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Operands_are_not_read_or_written_beyond_their_ends(bool atEnd)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: needs mmap");
        foreach (var (rows, inputs, outputs) in new[] { (1, 1, 1), (2, 7, 5), (7, 33, 33), (3, 65, 40), (3, 130, 64) })
        {
            var random = new Random(rows);
            using var x = new GuardedMemory(rows * inputs, atEnd, random);
            using var y = new GuardedMemory(rows * outputs, atEnd);
            using var bias = new GuardedMemory(outputs, atEnd, random);
            using var multiplier = new GuardedMemory(rows * outputs, atEnd, random);
            using var counts = new GuardedMemory(rows, atEnd);
            using var indices = new GuardedMemory(rows * inputs, atEnd);
            using var packed = _backend.RowSparse.Pack(Operand.Sample(random, inputs * outputs), inputs, outputs, _precision);
            using var host = new Host();
            var sets = new ActiveNeurons
            {
                Counts = View.Create(counts.Address, 1, rows, ElementType.Int32),
                Indices = View.Create(indices.Address, rows, inputs, ElementType.Int32),
                Values = View.Create(x.Address, rows, inputs),
            };
            for (var i = 0; i < rows * inputs; i++)
            {
                ((int*)counts.Address)[i / inputs] = inputs;
                ((int*)indices.Address)[i] = i % inputs;
            }

            var epilogue = new Epilogue
            {
                Bias = View.Create(bias.Address, 1, outputs),
                Activation = new Activation(ActivationKind.Gelu),
                Multiplier = View.Create(multiplier.Address, rows, outputs),
            };
            _backend.RowSparse.Run(host.Execution, sets, packed, epilogue, View.Create(y.Address, rows, outputs));
            x.Values(rows * inputs)[0] = 0;
            _backend.RowSparse.Run(host.Execution, View.Create(x.Address, rows, inputs), packed, epilogue, View.Create(y.Address, rows, outputs));
            Assert.True(float.IsFinite(y.Values(rows * outputs)[^1]));
        }
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        using var problem = new RowSparseProblem(_backend, 70, 50, 90, _precision);
        var sets = problem.Sets();
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            Limits.AssertAllocations(_backend, () => problem.RunOn(host, problem.Full));
            Limits.AssertAllocations(_backend, () => _backend.RowSparse.Run(host.Execution, sets, problem.Packed, problem.Full, problem.Y.View));
        }
    }

    [Fact]
    public void Concurrent_runs_share_the_weights()
    {
        using var problem = new RowSparseProblem(_backend, 20, 90, 150, _precision);
        var expected = problem.Run(1, default);
        Parallel.For(0, 4, _ =>
        {
            using var host = new Host(2);
            using var y = new Operand(20, 150);
            for (var i = 0; i < 5; i++)
            {
                _backend.RowSparse.Run(host.Execution, problem.Hidden.View, problem.Packed, default, y.View);
                Assert.Equal(expected, y.Values());
            }
        });
    }

    [Fact]
    public void Weights_come_back_as_they_were_packed()
    {
        using var problem = new RowSparseProblem(_backend, 1, 39, 77, _precision);
        using var dense = _backend.Dense.Pack(problem.Weights, 39, 77, _precision);
        var (expected, actual) = (new float[39 * 77], new float[39 * 77]);
        dense.Unpack(expected);
        problem.Packed.Unpack(actual);
        Assert.Equal(expected, actual);
        Assert.Equal((39, 77, _precision), (problem.Packed.InputWidth, problem.Packed.OutputWidth, problem.Packed.Precision));
        Assert.Equal(_backend.RowSparse.Version, problem.Packed.Version);
        Assert.True(problem.Packed.ByteCount >= 39 * 77 * (_precision == Precision.Int8 ? 1 : 4));
        Assert.Throws<ArgumentException>(() => problem.Packed.Unpack(new float[(39 * 77) - 1]));
        if (_precision == Precision.Int8)
        {
            Assert.Equal(dense.UnpackInt8().Values.ToArray(), problem.Packed.UnpackInt8().Values.ToArray());
            using var packed = _backend.RowSparse.Pack(dense.UnpackInt8());
            Assert.Equal(dense.UnpackInt8().Scales.ToArray(), packed.UnpackInt8().Scales.ToArray());
        }
    }

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
        _reference.Dispose();
        GC.SuppressFinalize(this);
    }
}
