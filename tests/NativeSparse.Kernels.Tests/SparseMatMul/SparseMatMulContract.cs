using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of sparse products promises.</summary>
public abstract class SparseMatMulContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Backend _reference = Versions.Reference();

    private protected SparseMatMulContract(Backend backend) => _backend = backend;

    /// <summary>Rows, inputs, outputs, block height.</summary>
    public static TheoryData<int, int, int, int> Shapes
    {
        get
        {
            var shapes = new TheoryData<int, int, int, int>();
            foreach (var height in new[] { 1, 2, 4, 8, 16, 32 })
            {
                foreach (var (rows, inputs, outputs) in new[]
                {
                    (0, 4, 5), (1, 1, 1), (1, 37, 70), (2, 5, 33), (7, 64, 32), (13, 90, 31), (16, 17, 64), (33, 40, 100), (65, 33, 47), (131, 70, 66),
                    (600, 20, 36), (5, 1300, 150), (3, 8300, 20),
                })
                {
                    shapes.Add(rows, inputs, outputs, height);
                }
            }

            return shapes;
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rows_of_tokens_are_the_specification_bit_for_bit(int rows, int inputs, int outputs, int height)
    {
        var weights = SparseProblem.Weights(inputs, outputs, height, 0.4);
        using var x = new Operand(rows, inputs, gap: 3, random: new Random(rows));
        using var bias = new Operand(1, outputs, random: new Random(5));
        using var multiplier = new Operand(rows, outputs, gap: 1, random: new Random(6));
        var epilogue = new Epilogue { Bias = bias.View, Multiplier = multiplier.View };
        var expected = Tokens(_reference, weights, x, epilogue, 1);
        foreach (var threads in new[] { 1, 2, 3 })
        {
            Limits.AssertBits(_backend, Precision.Float32, expected, Tokens(_backend, weights, x, epilogue, threads));
        }
    }

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rows_of_channels_are_the_specification_bit_for_bit(int pixels, int inputs, int outputs, int height)
    {
        var weights = SparseProblem.Weights(inputs, outputs, height, 0.4);
        using var x = new Operand(inputs, pixels, gap: 2, random: new Random(pixels));
        var expected = Channels(_reference, weights, x, default, 1);
        foreach (var threads in new[] { 1, 2, 3 })
        {
            Limits.AssertBits(_backend, Precision.Float32, expected, Channels(_backend, weights, x, default, threads));
        }
    }

    [Theory]
    [InlineData(ActivationKind.Relu, 0)]
    [InlineData(ActivationKind.Relu6, 0)]
    [InlineData(ActivationKind.Gelu, 4e-6)]
    public void Activations_follow_the_bias(ActivationKind kind, double limit)
    {
        limit = Math.Max(limit, _backend.RoundingLimit(Precision.Float32));
        foreach (var height in new[] { 1, 4, 32 })
        {
            var weights = SparseProblem.Weights(50, 70, height, 0.3);
            using var x = new Operand(37, 50, random: new Random(1));
            using var columns = new Operand(50, 37, random: new Random(1));
            using var bias = new Operand(1, 70, random: new Random(2));
            var epilogue = new Epilogue { Bias = bias.View, Activation = new Activation(kind) };
            AssertNear(Tokens(_reference, weights, x, epilogue, 1), Tokens(_backend, weights, x, epilogue, 1), limit);
            AssertNear(Channels(_reference, weights, columns, epilogue, 1), Channels(_backend, weights, columns, epilogue, 1), limit);
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(8)]
    [InlineData(32)]
    public void A_row_does_not_depend_on_the_others(int height)
    {
        var weights = SparseProblem.Weights(60, 50, height, 0.4);
        using var all = new Operand(150, 60, random: new Random(3));
        var together = Tokens(_backend, weights, all, default, 2);
        foreach (var row in new[] { 0, 1, 63, 64, 149 })
        {
            using var alone = new Operand(1, 60);
            all.Row(row).CopyTo(alone.Row(0));
            Assert.Equal(together[(row * 50)..((row + 1) * 50)], Tokens(_backend, weights, alone, default, 1));
        }
    }

    [Fact]
    public void The_multiplier_may_be_the_destination()
    {
        var weights = SparseProblem.Weights(30, 40, 4, 0.5);
        using var packed = _backend.Sparse.Pack(weights);
        using var x = new Operand(50, 30, random: new Random(1));
        using var y = new Operand(50, 40, random: new Random(2));
        using var multiplier = new Operand(50, 40, random: new Random(2));
        using var host = new Host();
        var expected = Tokens(_reference, weights, x, new Epilogue { Multiplier = multiplier.View }, 1);
        _backend.Sparse.Run(host.Execution, x.View, packed, new Epilogue { Multiplier = y.View }, y.View);
        Limits.AssertBits(_backend, Precision.Float32, expected, y.Values());
    }

    [Fact]
    public void What_is_not_finite_stays_where_entries_carry_it()
    {
        var dense = new float[3 * 4];
        (dense[0], dense[5], dense[10]) = (1, 2, 3);
        var weights = SparseWeights.FromDense(dense, 3, 4, 1);
        using var x = new Operand(2, 3, fill: 1);
        x.Row(0)[1] = float.NaN;
        Assert.Equal([1, float.NaN, 3, 0, 1, 2, 3, 0], Tokens(_backend, weights, x, default, 1));
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        Assert.SkipWhen(_backend is ReferenceBackend, "skipped: plain loops allocate");
        using var packed = _backend.Sparse.Pack(SparseProblem.Weights(40, 50, 4, 0.4));
        using var x = new Operand(70, 40, random: new Random(1));
        using var y = new Operand(70, 50);
        using var columns = new Operand(40, 70, random: new Random(1));
        using var channels = new Operand(50, 70);
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            Limits.AssertAllocations(_backend, () => _backend.Sparse.Run(host.Execution, x.View, packed, default, y.View));
            Limits.AssertAllocations(_backend, () => _backend.Sparse.RunChannels(host.Execution, columns.View, packed, default, channels.View));
        }
    }

    [Fact]
    public void Weights_come_back_as_they_were_packed()
    {
        foreach (var (inputs, outputs, height) in new[] { (33, 37, 1), (33, 37, 2), (33, 37, 16), (2100, 300, 1), (8300, 20, 4) })
        {
            var weights = SparseProblem.Weights(inputs, outputs, height, 0.3);
            using var packed = _backend.Sparse.Pack(weights);
            var unpacked = packed.Unpack();
            Assert.Equal(weights.ToDense(), unpacked.ToDense());
            Assert.Equal((inputs, outputs, height), (packed.InputWidth, packed.OutputWidth, packed.BlockHeight));
            Assert.Equal(weights.Density, packed.Density);
            Assert.True(packed.ByteCount >= sizeof(float) * weights.Values.Length);
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var weights = SparseProblem.Weights(8, 6, 2, 0.5);
        var packed = _backend.Sparse.Pack(weights);
        using var x = new Operand(3, 8);
        using var y = new Operand(3, 6);
        using var wide = new Operand(3, 7);
        using var host = new Host();
        var sparse = _backend.Sparse;
        Assert.Throws<ShapeMismatchException>(() => sparse.Run(host.Execution, wide.View, packed, default, y.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.Run(host.Execution, x.View, packed, default, wide.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.Run(host.Execution, x.View, packed, new Epilogue { Bias = wide.View }, y.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.Run(host.Execution, x.View, packed, new Epilogue { Multiplier = wide.View }, y.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.RunChannels(host.Execution, x.View, packed, default, y.View));
        using var columns = new Operand(8, 3);
        using var channels = new Operand(6, 3);
        Assert.Throws<ShapeMismatchException>(
            () => sparse.RunChannels(host.Execution, columns.View, packed, new Epilogue { Multiplier = channels.View }, channels.View));
        Assert.Throws<ArgumentNullException>(() => sparse.Pack((SparseWeights)null!));
        using var other = (_backend is ReferenceBackend ? Versions.Vector128() : _reference).Sparse.Pack(weights);
        Assert.Throws<ArgumentException>(() => sparse.Run(host.Execution, x.View, other, default, y.View));
        packed.Dispose();
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sparse.Run(host.Execution, x.View, packed, default, y.View));
    }

    public void Dispose()
    {
        _backend.Dispose();
        _reference.Dispose();
        GC.SuppressFinalize(this);
    }

    private static float[] Tokens(Backend backend, SparseWeights weights, Operand x, Epilogue epilogue, int threads)
    {
        using var packed = backend.Sparse.Pack(weights);
        using var host = new Host(threads);
        using var y = new Operand(x.View.Rows, weights.OutputWidth, gap: 5);
        backend.Sparse.Run(host.Execution, x.View, packed, epilogue, y.View);
        Assert.True(y.GapsAreUntouched());
        return y.Values();
    }

    private static float[] Channels(Backend backend, SparseWeights weights, Operand x, Epilogue epilogue, int threads)
    {
        using var packed = backend.Sparse.Pack(weights);
        using var host = new Host(threads);
        using var y = new Operand(weights.OutputWidth, x.View.Columns, gap: 5);
        backend.Sparse.RunChannels(host.Execution, x.View, packed, epilogue, y.View);
        Assert.True(y.GapsAreUntouched());
        return y.Values();
    }

    private static void AssertNear(float[] expected, float[] actual, double limit) => Assert.All(
        expected.Zip(actual), pair => Assert.InRange(Math.Abs(pair.First - pair.Second), 0, limit * Math.Max(1, Math.Abs(pair.First))));
}
