using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What is int4's own beside <see cref="RoundedDispatchContract"/>.</summary>
public abstract class Int4DispatchContract : RoundedDispatchContract
{
    private protected Int4DispatchContract(Backend backend)
        : base(backend, Precision.Int4)
    {
    }

    [Fact]
    public void Results_are_near_the_experts_of_the_rounded_weights()
    {
        var shape = new ExpertShape(40, 64, 8, 32, 48, 3, IsGated: true, HasBiases: true);
        using var exact = new ExpertProblem(Backend, shape, seed: 5);
        using var rounded = new ExpertProblem(Backend, shape, seed: 5, Precision.Int4);
        using var packed = Backend.Experts.Pack(rounded.Packed.Unpack(), Precision.Float32);
        rounded.Run(1, 1);
        using var host = new Host(1);
        Backend.Experts.Run(host.Execution, exact.X.View, exact.Routing, packed, 1, exact.Y.View);
        var (error, size) = (0.0, 0.0);
        for (var t = 0; t < shape.Tokens; t++)
        {
            // y holds a start value in one of the two.
            foreach (var (expected, actual) in exact.Y.Row(t).ToArray().Zip(rounded.Y.Row(t).ToArray()))
            {
                var difference = expected + (0.25f * (t % 5)) - actual;
                error += difference * difference;
                size += expected * expected;
            }
        }

        Assert.InRange(Math.Sqrt(error / size), 1e-5, 0.03);
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Packed_integers_come_back_exactly(bool hasGroupScales)
    {
        var weights = QuantizedInt4ExpertWeights.Round(new ExpertShape(1, 39, 3, 17, 21, 1, IsGated: true, HasBiases: true).Sample(new Random(2)));
        using var packed = Backend.Experts.Pack(weights, hasGroupScales);
        var back = packed.UnpackInt4();
        foreach (var (expected, actual) in weights.Up.Concat(weights.Gate).Concat(weights.Down).Zip(back.Up.Concat(back.Gate).Concat(back.Down)))
        {
            Assert.Equal(expected.Values.ToArray(), actual.Values.ToArray());
            Assert.Equal(expected.Scales.ToArray(), actual.Scales.ToArray());
            Assert.Equal(expected.Zeros.ToArray(), actual.Zeros.ToArray());
        }

        Assert.Equal(weights.UpBias.ToArray(), back.UpBias.ToArray());
        Assert.Equal(weights.GateBias.ToArray(), back.GateBias.ToArray());
        Assert.Equal(weights.ExpertBias.ToArray(), back.ExpertBias.ToArray());
        Assert.Throws<NotSupportedException>(() => packed.UnpackInt8());
        packed.Dispose();
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => packed.UnpackInt4());
    }

    [Fact]
    public void Weights_that_do_not_fit_are_refused()
    {
        var weights = QuantizedInt4ExpertWeights.Round(new ExpertShape(1, 2, 3, 4, 5, 1).Sample(new Random(1)));
        Assert.Throws<ShapeMismatchException>(() => Backend.Experts.Pack(new QuantizedInt4ExpertWeights
        {
            Activation = default,
            Up = weights.Up,
            Down = [.. weights.Down.Skip(1)],
        }));
        Assert.Throws<ShapeMismatchException>(() => Backend.Experts.Pack(new QuantizedInt4ExpertWeights
        {
            Activation = default,
            Up = weights.Up,
            UpBias = new float[11],
            Down = weights.Down,
        }));
    }
}
