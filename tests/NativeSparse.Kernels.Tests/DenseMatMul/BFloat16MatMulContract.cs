using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>bfloat16 products are, bit for bit, float32 products over the rounded weights.</summary>
public abstract class BFloat16MatMulContract : IDisposable
{
    private readonly Backend _backend;

    private protected BFloat16MatMulContract(Backend backend) => _backend = backend;

    public static TheoryData<int, int, int> Shapes => DenseMatMulContract.Shapes;

    [Theory]
    [MemberData(nameof(Shapes))]
    public void The_product_is_the_float32_product_of_the_rounded_weights(int rows, int inputs, int outputs)
    {
        var random = new Random(rows + inputs);
        var weights = Operand.Sample(random, inputs * outputs);
        using var halves = _backend.Dense.Pack(weights, inputs, outputs, Precision.BFloat16);
        var rounded = new float[weights.Length];
        halves.Unpack(rounded);
        Assert.Equal(weights.Select(value => BFloat16Rounding.Widen(BFloat16Rounding.Round(value))), rounded);
        using var singles = _backend.Dense.Pack(rounded, inputs, outputs, Precision.Float32);
        using var x = new Operand(rows, inputs, gap: 3, random: random);
        using var bias = new Operand(1, outputs, random: random);
        using var multiplier = new Operand(rows, outputs, gap: 2, random: random);
        foreach (var epilogue in new Epilogue[]
        {
            default,
            new() { Bias = bias.View },
            new() { Bias = bias.View, Activation = new Activation(ActivationKind.Gelu), Multiplier = multiplier.View },
        })
        {
            using var expected = new Operand(rows, outputs);
            using (var host = new Host())
            {
                _backend.Dense.Run(host.Execution, x.View, singles, epilogue, expected.View);
            }

            foreach (var threads in new[] { 1, 3 })
            {
                using var host = new Host(threads);
                using var y = new Operand(rows, outputs, gap: 1);
                _backend.Dense.Run(host.Execution, x.View, halves, epilogue, y.View);
                Assert.Equal(expected.Values(), y.Values());
                Assert.True(y.GapsAreUntouched());
            }
        }
    }

    [Fact]
    public void A_row_does_not_depend_on_the_batch_or_the_threads()
    {
        const int rows = 101;
        using var packed = _backend.Dense.Pack(Operand.Sample(new Random(1), 700 * 83), 700, 83, Precision.BFloat16);
        using var x = new Operand(rows, 700, random: new Random(2));
        using var whole = new Operand(rows, 83);
        using var y = new Operand(rows, 83);
        using var single = new Host();
        _backend.Dense.Run(single.Execution, x.View, packed, default, whole.View);
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            foreach (var part in new[] { 1, 2, 3, 8, 40 })
            {
                for (var first = 0; first < rows; first += part)
                {
                    var count = Math.Min(part, rows - first);
                    _backend.Dense.Run(host.Execution, x.View.Slice(first, count), packed, default, y.View.Slice(first, count));
                }

                Assert.Equal(whole.Values(), y.Values());
            }
        }
    }

    [Fact]
    public void Every_height_gives_the_float32_product_of_the_rounded_weights()
    {
        const int most = 20;
        var weights = BFloat16Rounding.RoundAll(Operand.Sample(new Random(1), 390 * 135));
        using var halves = _backend.Dense.Pack(weights, 390, 135, Precision.BFloat16);
        using var singles = _backend.Dense.Pack(weights, 390, 135, Precision.Float32);
        using var x = new Operand(most, 390, random: new Random(2));
        using var host = new Host();
        for (var rows = 1; rows <= most; rows++)
        {
            using var expected = new Operand(rows, 135);
            using var y = new Operand(rows, 135, gap: 1);
            _backend.Dense.Run(host.Execution, x.View.Slice(0, rows), singles, default, expected.View);
            _backend.Dense.Run(host.Execution, x.View.Slice(0, rows), halves, default, y.View);
            Assert.Equal(expected.Values(), y.Values());
            Assert.True(y.GapsAreUntouched());
        }
    }

    [Theory]
    [InlineData(0x0001, 0xFFFF)]
    [InlineData(0x7F7F, 0x0080)]
    [InlineData(0x8000, 0xFF80)]
    [InlineData(0x3F80, 0x7FC0)]
    public void Every_bit_of_a_weight_survives(int even, int odd)
    {
        // Subnormal and largest values, zeros, infinities and NaN in both halves of a line, read back and multiplied by one.
        var weights = Enumerable.Range(0, 70).Select(i => BFloat16Rounding.Widen((ushort)(i % 2 == 0 ? even : odd))).ToArray();
        using var packed = _backend.Dense.Pack(weights, 1, 70, Precision.BFloat16);
        var back = new float[70];
        packed.Unpack(back);
        Assert.Equal(weights, back);
        foreach (var rows in new[] { 1, 2, 5 })
        {
            using var x = new Operand(rows, 1, fill: 1);
            using var y = new Operand(rows, 70);
            using var host = new Host();
            _backend.Dense.Run(host.Execution, x.View, packed, default, y.View);
            Assert.Equal(Enumerable.Repeat(weights, rows).SelectMany(row => row), y.Values());
        }
    }

    [Fact]
    public void The_multiplier_may_be_the_destination()
    {
        using var packed = _backend.Dense.Pack(Operand.Sample(new Random(1), 400 * 40), 400, 40, Precision.BFloat16);
        using var x = new Operand(7, 400, random: new Random(2));
        using var multiplier = new Operand(7, 40, random: new Random(3));
        using var apart = new Operand(7, 40);
        using var host = new Host();
        _backend.Dense.Run(host.Execution, x.View, packed, new Epilogue { Multiplier = multiplier.View }, apart.View);
        _backend.Dense.Run(host.Execution, x.View, packed, new Epilogue { Multiplier = multiplier.View }, multiplier.View);
        Assert.Equal(apart.Values(), multiplier.Values());
    }

    [Fact]
    public void Half_the_memory_and_nothing_allocated_after_warm_up()
    {
        var weights = Operand.Sample(new Random(1), 256 * 128);
        using var halves = _backend.Dense.Pack(weights, 256, 128, Precision.BFloat16);
        using var singles = _backend.Dense.Pack(weights, 256, 128, Precision.Float32);
        if (_backend is not ReferenceBackend)
        {
            Assert.Equal(singles.ByteCount / 2, halves.ByteCount);
        }

        Assert.Equal(Precision.BFloat16, halves.Precision);
        using var x = new Operand(40, 256, random: new Random(2));
        using var y = new Operand(40, 128);
        foreach (var threads in new[] { 1, 2 })
        {
            using var host = new Host(threads);
            Limits.AssertAllocations(_backend, () => _backend.Dense.Run(host.Execution, x.View, halves, default, y.View));
        }
    }

    [Theory]
    [InlineData(1.00390625f, 1f)]
    [InlineData(1.01171875f, 1.015625f)]
    [InlineData(1.0039064f, 1.0078125f)]
    [InlineData(-0f, -0f)]
    [InlineData(float.MaxValue, float.PositiveInfinity)]
    [InlineData(float.NegativeInfinity, float.NegativeInfinity)]
    [InlineData(float.NaN, float.NaN)]
    [InlineData(1e-45f, 0f)]
    public void Weights_are_rounded_to_nearest_ties_to_even(float weight, float expected)
    {
        using var packed = _backend.Dense.Pack([weight], 1, 1, Precision.BFloat16);
        var back = new float[1];
        packed.Unpack(back);
        Assert.Equal(expected, back[0]);
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }
}
