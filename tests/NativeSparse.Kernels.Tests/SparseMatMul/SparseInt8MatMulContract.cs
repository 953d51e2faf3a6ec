using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of sparse int8 products promises.</summary>
public abstract class SparseInt8MatMulContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Backend _reference = Versions.Reference();

    private protected SparseInt8MatMulContract(Backend backend) => _backend = backend;

    /// <summary>Rows, inputs, outputs, block height.</summary>
    public static TheoryData<int, int, int, int> Shapes => new(
        from height in SparseInt8Cases.Heights
        from shape in SparseInt8Cases.Shapes.Prepend((0, 5, 3))
        select (shape.Item1, shape.Item2, shape.Item3, height));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_are_the_specification(int rows, int inputs, int outputs, int height)
    {
        using var expected = new SparseInt8Problem(_reference, rows, inputs, outputs, height);
        using var actual = new SparseInt8Problem(_backend, rows, inputs, outputs, height, gap: 3);
        using var multiplier = new Operand(rows, outputs, gap: 1, random: new Random(6));
        foreach (var hasAll in new[] { false, true })
        {
            Epilogue Of(SparseInt8Problem problem) => hasAll ? new Epilogue { Bias = problem.Bias.View, Multiplier = multiplier.View } : default;
            var values = expected.Run(1, Of(expected));
            foreach (var threads in new[] { 1, 2, 3 })
            {
                Limits.AssertBits(_backend, Precision.Float32, values, actual.Run(threads, Of(actual)));
            }
        }

        Assert.True(actual.Y.GapsAreUntouched());
        Assert.True(actual.X.GapsAreUntouched());
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Products_are_the_dense_ones_of_the_same_integers_bit_for_bit(int rows, int inputs, int outputs, int height)
    {
        foreach (var activation in new[] { ActivationKind.Identity, ActivationKind.Gelu, ActivationKind.Relu })
        {
            using var problem = new SparseInt8Problem(_backend, rows, inputs, outputs, height);
            var epilogue = new Epilogue { Bias = problem.Bias.View, Activation = new Activation(activation) };
            Assert.Equal(problem.RunDense(1, epilogue), problem.Run(1, epilogue));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rows_of_channels_are_the_products_of_their_pixels_bit_for_bit(int pixels, int inputs, int outputs, int height)
    {
        using var problem = new SparseInt8Problem(_backend, pixels, inputs, outputs, height);
        var epilogue = new Epilogue { Bias = problem.Bias.View, Activation = new Activation(ActivationKind.Relu) };
        var expected = problem.Run(1, epilogue);
        foreach (var threads in new[] { 1, 3 })
        {
            var channels = problem.RunChannels(threads, epilogue);
            for (var i = 0; i < expected.Length; i++)
            {
                Assert.Equal(expected[i], channels[(i % outputs * pixels) + (i / outputs)]);
            }
        }
    }

    [Theory]
    [InlineData(16, 9, 70, 50)]
    [InlineData(32, 40, 131, 96)]
    public void The_error_stays_within_its_bound(int height, int rows, int inputs, int outputs)
    {
        using var problem = new SparseInt8Problem(_backend, rows, inputs, outputs, height);
        var y = problem.Run(1, new Epilogue { Bias = problem.Bias.View });
        var weights = new float[inputs * outputs];
        problem.Plain.ToDense().Dequantize(weights);
        for (var i = 0; i < y.Length; i++)
        {
            var row = problem.X.Row(i / outputs);
            var (n, low, high) = (i % outputs, 0f, 0f);
            var (exact, size) = ((double)problem.Bias.Row(0)[n], 0d);
            for (var k = 0; k < inputs; k++)
            {
                (low, high) = (Math.Min(low, row[k]), Math.Max(high, row[k]));
                exact += (double)row[k] * weights[(k * outputs) + n];
                size += Math.Abs(weights[(k * outputs) + n]);
            }

            var step = (high - low) / 255d;
            var limit = (1.00025 * step / 2 * size) + (Math.Pow(2, -22) * (Math.Abs(exact) + Math.Abs(problem.Bias.Row(0)[n]) + (step * size)));
            Assert.True(Math.Abs(y[i] - exact) <= limit, $"[{i / outputs}, {n}]: {y[i]}, exactly {exact}");
        }
    }

    [Theory]
    [InlineData(16)]
    [InlineData(32)]
    public void A_row_does_not_depend_on_the_others(int height)
    {
        const int outputs = 100;
        using var all = new SparseInt8Problem(_backend, 203, 130, outputs, height);
        var together = all.Run(2);
        foreach (var row in new[] { 0, 1, 95, 96, 202 })
        {
            using var alone = new SparseInt8Problem(_backend, 1, 130, outputs, height);
            all.X.Row(row).CopyTo(alone.X.Row(0));
            Assert.Equal(together[(row * outputs)..((row + 1) * outputs)], alone.Run(1));
        }
    }

    [Fact]
    public void Odd_rows_are_defined()
    {
        using var expected = new SparseInt8Problem(_reference, 9, 41, 40, 16);
        using var actual = new SparseInt8Problem(_backend, 9, 41, 40, 16);
        foreach (var problem in new[] { expected, actual })
        {
            problem.X.Row(0).Clear();
            problem.X.Row(1).Fill(7);
            problem.X.Row(2).Fill(-3);
            problem.X.Row(3)[31] = float.NaN;
            problem.X.Row(4)[40] = float.NegativeInfinity;
            problem.X.Row(5).Fill(1e-42f);
            problem.X.Row(6)[0] = float.MaxValue;
            problem.X.Row(6)[1] = float.MinValue;
            problem.X.Row(7).Fill(-0f);
        }

        var y = actual.Run(1, new Epilogue { Bias = actual.Bias.View });
        Limits.AssertBits(_backend, Precision.Float32, expected.Run(1, new Epilogue { Bias = expected.Bias.View }), y);
        Assert.Equal(actual.RunDense(1, new Epilogue { Bias = actual.Bias.View }), y);
        Assert.Equal(actual.Bias.Values(), actual.Y.Row(0).ToArray());
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

        var plain = QuantizedSparseWeights.FromDense(new QuantizedWeights(values, new float[] { 1, 1 }, inputs, 2), 32);
        using var weights = _backend.Sparse.Pack(plain);
        using var x = new Operand(2, inputs, fill: 255);
        x.Row(1).Fill(-255);
        using var y = new Operand(2, 2);
        using var host = new Host();
        _backend.Sparse.Run(host.Execution, x.View, weights, default, y.View);
        var largest = 127f * 255 * inputs;
        Assert.Equal([largest, -largest, -largest, largest], y.Values());
    }

    [Fact]
    public void The_multiplier_may_be_the_destination()
    {
        using var problem = new SparseInt8Problem(_backend, 50, 30, 40, 16);
        using var multiplier = new Operand(50, 40, random: new Random(2));
        var epilogue = new Epilogue { Activation = new Activation(ActivationKind.Silu), Multiplier = multiplier.View };
        var expected = problem.Run(1, epilogue);
        for (var r = 0; r < 50; r++)
        {
            multiplier.Row(r).CopyTo(problem.Y.Row(r));
        }

        Assert.Equal(expected, problem.Run(2, epilogue with { Multiplier = problem.Y.View }));
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        Assert.SkipWhen(_backend is ReferenceBackend, "skipped: plain loops allocate");
        using var problem = new SparseInt8Problem(_backend, 37, 50, 90, 32);
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            Limits.AssertAllocations(_backend, () => problem.RunOn(host, problem.Y));
        }
    }

    [Fact]
    public void Concurrent_runs_share_the_weights()
    {
        using var problem = new SparseInt8Problem(_backend, 20, 90, 70, 16);
        var expected = problem.Run(1);
        Parallel.For(0, 8, _ =>
        {
            using var y = new Operand(20, 70);
            for (var i = 0; i < 5; i++)
            {
                using var host = new Host(2);
                problem.RunOn(host, y);
                Assert.Equal(expected, y.Values());
            }
        });
    }

    [Fact]
    public void Weights_come_back_as_they_were_packed()
    {
        foreach (var height in SparseInt8Cases.Heights)
        {
            var weights = SparseInt8Problem.Weights(33, 77, height, 0.5);
            using var packed = _backend.Sparse.Pack(weights);
            var back = packed.UnpackInt8();
            Assert.Equal(weights.Starts.ToArray(), back.Starts.ToArray());
            Assert.Equal(weights.InputBlocks.ToArray(), back.InputBlocks.ToArray());
            Assert.Equal(weights.Values.ToArray(), back.Values.ToArray());
            Assert.Equal(weights.Scales.ToArray(), back.Scales.ToArray());
            Assert.Equal(weights.Dequantize().ToDense(), packed.Unpack().ToDense());
            Assert.Equal((33, 77, height, Precision.Int8), (packed.InputWidth, packed.OutputWidth, packed.BlockHeight, packed.Precision));
            Assert.Equal(weights.Density, packed.Density);
            Assert.True(packed.ByteCount >= weights.Values.Length / 2);
        }

        using var floats = _backend.Sparse.Pack(SparseProblem.Weights(8, 6, 2, 0.5));
        Assert.Equal(Precision.Float32, floats.Precision);
        Assert.Throws<NotSupportedException>(floats.UnpackInt8);
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
            using var weights = _backend.Sparse.Pack(SparseInt8Problem.Weights(inputs, outputs, 16, 0.5));
            using var host = new Host();
            var epilogue = new Epilogue
            {
                Bias = View.Create(bias.Address, 1, outputs),
                Activation = new Activation(ActivationKind.Gelu),
                Multiplier = View.Create(multiplier.Address, rows, outputs),
            };
            _backend.Sparse.Run(host.Execution, View.Create(x.Address, rows, inputs), weights, epilogue, View.Create(y.Address, rows, outputs));
            Assert.True(float.IsFinite(y.Values(rows * outputs)[^1]));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused_before_anything_is_written()
    {
        var plain = SparseInt8Problem.Weights(8, 6, 16, 0.9);
        var packed = _backend.Sparse.Pack(plain);
        using var x = new Operand(3, 8);
        using var y = new Operand(3, 6);
        using var wide = new Operand(3, 7);
        using var columns = new Operand(8, 3);
        using var channels = new Operand(6, 3);
        using var host = new Host();
        var sparse = _backend.Sparse;
        Assert.Throws<ShapeMismatchException>(() => sparse.Run(host.Execution, wide.View, packed, default, y.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.Run(host.Execution, x.View, packed, default, wide.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.Run(host.Execution, x.View, packed, new Epilogue { Bias = wide.View }, y.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.Run(host.Execution, x.View, packed, new Epilogue { Multiplier = wide.View }, y.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.RunChannels(host.Execution, channels.View, packed, default, channels.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.RunChannels(host.Execution, columns.View, packed, new Epilogue { Multiplier = channels.View }, channels.View));
        Assert.Throws<ArgumentNullException>(() => sparse.Pack((QuantizedSparseWeights)null!));
        using var backend = _backend is ReferenceBackend ? Versions.Vector128() : Versions.Reference();
        using var other = backend.Sparse.Pack(plain);
        Assert.Throws<ArgumentException>(() => sparse.Run(host.Execution, x.View, other, default, y.View));
        Assert.Throws<ArgumentException>(() => sparse.RunChannels(host.Execution, columns.View, other, default, channels.View));
        packed.Dispose();
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sparse.Run(host.Execution, x.View, packed, default, y.View));
        Assert.Throws<ObjectDisposedException>(packed.UnpackInt8);
        Assert.All(y.Values(), value => Assert.Equal(0, value));
        Assert.All(channels.Values(), value => Assert.Equal(0, value));
    }

    public void Dispose()
    {
        _backend.Dispose();
        _reference.Dispose();
        GC.SuppressFinalize(this);
    }
}
