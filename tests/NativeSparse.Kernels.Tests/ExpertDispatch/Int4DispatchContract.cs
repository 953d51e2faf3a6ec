using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of int4 expert dispatch must do: the integers and the float32 steps of the contract, bit for bit.</summary>
public abstract class Int4DispatchContract : IDisposable
{
    private readonly Backend _backend;

    private protected Int4DispatchContract(Backend backend) => _backend = backend;

    public static TheoryData<int, int, int, int, int, int> Shapes => Int8DispatchContract.Shapes;

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Plain_experts_give_the_bits_of_the_reference(int tokens, int inputs, int experts, int width, int outputs, int active) =>
        Check(new ExpertShape(tokens, inputs, experts, width, outputs, active) { Kind = ActivationKind.Relu });

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gated_experts_with_biases_give_the_bits_of_the_reference(int tokens, int inputs, int experts, int width, int outputs, int active) =>
        Check(new ExpertShape(tokens, inputs, experts, width, outputs, active, IsGated: true, HasBiases: true) { Kind = ActivationKind.Relu });

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_token_does_not_depend_on_the_batch_or_the_threads(bool isGated)
    {
        const int tokens = 61;
        using var problem = new ExpertProblem(
            _backend, new ExpertShape(tokens, 120, 9, 33, 70, 4, isGated, HasBiases: true), seed: 9, Precision.Int4);
        problem.Run(1, 0.5f);
        var expected = problem.Y.Values();
        foreach (var threads in new[] { 1, 2, 5 })
        {
            foreach (var part in new[] { 1, 2, 7, 32, tokens })
            {
                problem.RunInParts(part, threads, 0.5f);
                Assert.Equal(expected, problem.Y.Values());
            }
        }
    }

    [Fact]
    public void Results_are_near_the_experts_of_the_rounded_weights()
    {
        var shape = new ExpertShape(40, 64, 8, 32, 48, 3, IsGated: true, HasBiases: true);
        using var exact = new ExpertProblem(_backend, shape, seed: 5);
        using var rounded = new ExpertProblem(_backend, shape, seed: 5, Precision.Int4);
        using var packed = _backend.Experts.Pack(rounded.Packed.Unpack(), Precision.Float32);
        rounded.Run(1, 1);
        using var host = new Host(1);
        _backend.Experts.Run(host.Execution, exact.X.View, exact.Routing, packed, 1, exact.Y.View);
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

    [Fact]
    public void Not_a_number_stays_in_its_token()
    {
        using var problem = new ExpertProblem(_backend, new ExpertShape(9, 20, 4, 8, 10, 2), seed: 3, Precision.Int4);
        problem.X.Row(4)[7] = float.NaN;
        problem.X.Row(6)[2] = float.PositiveInfinity;
        problem.Run(1, 1);
        for (var t = 0; t < 9; t++)
        {
            Assert.All(problem.Y.Row(t).ToArray(), value => Assert.Equal(t is not (4 or 6), float.IsFinite(value)));
        }
    }

    [Fact]
    [Trait("Speed", "Slow")]
    public void Nothing_is_allocated_after_warm_up()
    {
        Assert.SkipWhen(_backend.Name == "reference", "skipped: plain loops allocate");
        using var problem = new ExpertProblem(_backend, new ExpertShape(40, 50, 8, 16, 32, 3, IsGated: true, HasBiases: true), seed: 1, Precision.Int4);
        Allocations.AssertNone(problem.Prepare(1));
        Allocations.AssertNone(problem.Prepare(2));
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void Packed_integers_come_back_exactly(bool hasGroupScales)
    {
        var weights = QuantizedInt4ExpertWeights.Round(new ExpertShape(1, 39, 3, 17, 21, 1, IsGated: true, HasBiases: true).Sample(new Random(2)));
        using var packed = _backend.Experts.Pack(weights, hasGroupScales);
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
        Assert.Throws<ShapeMismatchException>(() => _backend.Experts.Pack(new QuantizedInt4ExpertWeights
        {
            Activation = default,
            Up = weights.Up,
            Down = [.. weights.Down.Skip(1)],
        }));
        Assert.Throws<ShapeMismatchException>(() => _backend.Experts.Pack(new QuantizedInt4ExpertWeights
        {
            Activation = default,
            Up = weights.Up,
            UpBias = new float[11],
            Down = weights.Down,
        }));
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Check(ExpertShape shape)
    {
        using var reference = Versions.Reference();
        using var expected = new ExpertProblem(reference, shape, seed: shape.Tokens + shape.Width, Precision.Int4);
        using var actual = new ExpertProblem(_backend, shape, seed: shape.Tokens + shape.Width, Precision.Int4);
        expected.Run(1, 2);
        foreach (var threads in new[] { 1, 3 })
        {
            actual.Run(threads, 2);
            Assert.Equal(expected.Y.Values(), actual.Y.Values());
        }

        Assert.True(actual.Y.GapsAreUntouched());
    }
}
