using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version promises of 1x1 convolutions with 2:4 weights.</summary>
public abstract class TwoOfFourChannelContract : IDisposable
{
    private readonly Backend _backend;
    private readonly Backend _reference = Versions.Reference();

    private protected TwoOfFourChannelContract(Backend backend) => _backend = backend;

    /// <summary>Pixels, inputs, outputs: around tiles, blocks and stretches of pixels.</summary>
    public static TheoryData<int, int, int> Shapes => new()
    {
        { 0, 4, 5 }, { 1, 1, 1 }, { 1, 37, 70 }, { 2, 5, 33 }, { 3, 8, 32 }, { 31, 64, 17 }, { 32, 90, 31 }, { 33, 3, 9 }, { 130, 71, 66 }, { 49, 767, 15 },
        { 40, 3001, 33 }, { 515, 21, 36 }, { 1100, 5, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Rows_of_channels_are_the_specification_bit_for_bit(int pixels, int inputs, int outputs)
    {
        var weights = TwoOfFourProblem.Weights(inputs, outputs);
        using var x = new Operand(inputs, pixels, gap: 2, random: new Random(pixels));
        using var bias = new Operand(1, outputs, random: new Random(5));
        foreach (var epilogue in new[] { default, new Epilogue { Bias = bias.View, Activation = new Activation(ActivationKind.Relu) } })
        {
            var expected = TwoOfFourProblem.Channels(_reference, weights, x, epilogue, 1);
            foreach (var threads in new[] { 1, 2, 3 })
            {
                Limits.AssertBits(_backend, Precision.Float32, expected, TwoOfFourProblem.Channels(_backend, weights, x, epilogue, threads));
            }
        }
    }

    [Theory]
    [InlineData(ActivationKind.Identity)]
    [InlineData(ActivationKind.Gelu)]
    public void A_pixel_is_the_row_of_its_channels(ActivationKind kind)
    {
        const int pixels = 150;
        const int inputs = 61;
        const int outputs = 50;
        var weights = TwoOfFourProblem.Weights(inputs, outputs);
        using var x = new Operand(inputs, pixels, random: new Random(3));
        using var bias = new Operand(1, outputs, random: new Random(4));
        using var rows = new Operand(pixels, inputs);
        for (var i = 0; i < pixels * inputs; i++)
        {
            rows.Row(i % pixels)[i / pixels] = x.Row(i / pixels)[i % pixels];
        }

        var epilogue = new Epilogue { Bias = bias.View, Activation = new Activation(kind) };
        var expected = TwoOfFourProblem.Rows(_backend, weights, rows, epilogue, 1);
        var actual = TwoOfFourProblem.Channels(_backend, weights, x, epilogue, 2);
        for (var p = 0; p < pixels; p++)
        {
            Assert.Equal(expected[(p * outputs)..((p + 1) * outputs)], Enumerable.Range(0, outputs).Select(n => actual[(n * pixels) + p]));
        }
    }

    [Fact]
    public void What_does_not_fit_is_refused()
    {
        var packed = _backend.Sparse.Pack(TwoOfFourProblem.Weights(9, 6));
        using var x = new Operand(9, 3);
        using var y = new Operand(6, 3);
        using var wide = new Operand(6, 4);
        using var host = new Host();
        var sparse = _backend.Sparse;
        Assert.Throws<ShapeMismatchException>(() => sparse.RunChannels(host.Execution, y.View, packed, default, y.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.RunChannels(host.Execution, x.View, packed, default, wide.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.RunChannels(host.Execution, x.View, packed, new Epilogue { Bias = wide.View }, y.View));
        Assert.Throws<ShapeMismatchException>(() => sparse.RunChannels(host.Execution, x.View, packed, new Epilogue { Multiplier = y.View }, y.View));
        using var other = (_backend is ReferenceBackend ? Versions.Vector128() : _reference).Sparse.Pack(TwoOfFourProblem.Weights(9, 6));
        Assert.Throws<ArgumentException>(() => sparse.RunChannels(host.Execution, x.View, other, default, y.View));
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => sparse.RunChannels(host.Execution, x.View, packed, default, y.View));
    }

    public void Dispose()
    {
        _backend.Dispose();
        _reference.Dispose();
        GC.SuppressFinalize(this);
    }
}
