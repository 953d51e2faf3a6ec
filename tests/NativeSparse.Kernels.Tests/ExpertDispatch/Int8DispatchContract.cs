using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What is int8's own beside <see cref="RoundedDispatchContract"/>.</summary>
public abstract class Int8DispatchContract : RoundedDispatchContract
{
    private protected Int8DispatchContract(Backend backend)
        : base(backend, Precision.Int8)
    {
    }

    [Fact]
    public void Narrower_experts_leave_their_padding_out() =>
        Check(new ExpertShape(20, 30, 5, 18, 25, 2, HasBiases: true) { Kind = ActivationKind.Identity, IsRagged = true });

    [Fact]
    public void Results_are_near_float32_experts()
    {
        var shape = new ExpertShape(40, 64, 8, 32, 48, 3, IsGated: true, HasBiases: true);
        using var exact = new ExpertProblem(Backend, shape, seed: 5);
        using var rounded = new ExpertProblem(Backend, shape, seed: 5, Precision.Int8);
        exact.Run(1, 1);
        rounded.Run(1, 1);
        var (error, size) = (0.0, 0.0);
        foreach (var (expected, actual) in exact.Y.Values().Zip(rounded.Y.Values()))
        {
            error += (expected - actual) * (expected - actual);
            size += expected * expected;
        }

        Assert.InRange(Math.Sqrt(error / size), 1e-5, 0.02);
    }

    [Fact]
    public void Packed_integers_come_back_exactly()
    {
        var weights = QuantizedExpertWeights.Round(new ExpertShape(1, 39, 3, 17, 21, 1, IsGated: true, HasBiases: true).Sample(new Random(2)));
        using var packed = Backend.Experts.Pack(weights);
        var back = packed.UnpackInt8();
        Assert.Equal(weights.Up.ToArray(), back.Up.ToArray());
        Assert.Equal(weights.UpScales.ToArray(), back.UpScales.ToArray());
        Assert.Equal(weights.UpBias.ToArray(), back.UpBias.ToArray());
        Assert.Equal(weights.Gate.ToArray(), back.Gate.ToArray());
        Assert.Equal(weights.GateScales.ToArray(), back.GateScales.ToArray());
        Assert.Equal(weights.GateBias.ToArray(), back.GateBias.ToArray());
        Assert.Equal(weights.Down.ToArray(), back.Down.ToArray());
        Assert.Equal(weights.DownScales.ToArray(), back.DownScales.ToArray());
        Assert.Equal(weights.ExpertBias.ToArray(), back.ExpertBias.ToArray());
        Assert.Equal(weights.Widths.ToArray(), back.Widths.ToArray());
        Assert.Equal(weights.Dequantize().Up.ToArray(), packed.Unpack().Up.ToArray());
        packed.Dispose();
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => packed.UnpackInt8());
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused()
    {
        var shape = new ExpertShape(1, 2, 3, 4, 5, 1);
        var weights = QuantizedExpertWeights.Round(shape.Sample(new Random(1)));
        Assert.Throws<ShapeMismatchException>(() => Backend.Experts.Pack(new QuantizedExpertWeights
        {
            Experts = 3,
            InputWidth = 2,
            ExpertWidth = 4,
            OutputWidth = 5,
            Activation = default,
            Up = weights.Up,
            UpScales = weights.UpScales[1..],
            Down = weights.Down,
            DownScales = weights.DownScales,
        }));
    }

    [Fact]
    public void Values_and_scales_that_no_version_can_hold_are_refused_by_all()
    {
        Assert.Throws<ArgumentException>(() => Backend.Experts.Pack(Narrow([sbyte.MinValue, 1], [1, 1], [1, 1], [1])));
        Assert.Throws<ArgumentException>(() => Backend.Experts.Pack(Narrow([1, 1], [1, float.NaN], [1, 1], [1])));
        Assert.Throws<ArgumentException>(() => Backend.Experts.Pack(Narrow([1, 1], [1, 1], [1, sbyte.MinValue], [1])));
        Assert.Throws<ArgumentException>(() => Backend.Experts.Pack(Narrow([1, 1], [1, 1], [1, 1], [float.PositiveInfinity])));
        Assert.Throws<ShapeMismatchException>(() => Narrow([1, 1], [1], [1, 1], [1]).Dequantize());
    }

    /// <summary>Two experts of one neuron between one input and one output.</summary>
    private static QuantizedExpertWeights Narrow(sbyte[] up, float[] upScales, sbyte[] down, float[] downScales) => new()
    {
        Experts = 2,
        InputWidth = 1,
        ExpertWidth = 1,
        OutputWidth = 1,
        Activation = default,
        Up = up,
        UpScales = upScales,
        Down = down,
        DownScales = downScales,
    };
}
