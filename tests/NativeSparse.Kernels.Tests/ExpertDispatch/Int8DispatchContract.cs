using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of int8 expert dispatch must do: the integers and the float32 steps of the contract, bit for bit.</summary>
public abstract class Int8DispatchContract : IDisposable
{
    private readonly Backend _backend;

    private protected Int8DispatchContract(Backend backend) => _backend = backend;

    public static TheoryData<int, int, int, int, int, int> Shapes => new()
    {
        { 0, 4, 3, 5, 2, 1 }, { 1, 1, 1, 1, 1, 1 }, { 1, 40, 8, 16, 33, 4 }, { 2, 7, 5, 3, 11, 5 }, { 16, 32, 16, 16, 32, 4 },
        { 13, 33, 7, 17, 40, 3 }, { 64, 64, 8, 32, 64, 8 }, { 30, 12, 6, 8, 9, 0 }, { 120, 40, 3, 70, 90, 2 }, { 530, 16, 4, 16, 16, 1 },
    };

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Plain_experts_give_the_bits_of_the_reference(int tokens, int inputs, int experts, int width, int outputs, int active) =>
        Check(new ExpertShape(tokens, inputs, experts, width, outputs, active) { Kind = ActivationKind.Relu });

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gated_experts_with_biases_give_the_bits_of_the_reference(int tokens, int inputs, int experts, int width, int outputs, int active) =>
        Check(new ExpertShape(tokens, inputs, experts, width, outputs, active, IsGated: true, HasBiases: true) { Kind = ActivationKind.Relu });

    [Fact]
    public void Narrower_experts_leave_their_padding_out() =>
        Check(new ExpertShape(20, 30, 5, 18, 25, 2, HasBiases: true) { Kind = ActivationKind.Identity, IsRagged = true });

    [Theory]
    [Trait("Speed", "Slow")]
    [InlineData(false)]
    [InlineData(true)]
    public void A_token_does_not_depend_on_the_batch_or_the_threads(bool isGated)
    {
        const int tokens = 61;
        using var problem = new ExpertProblem(
            _backend, new ExpertShape(tokens, 120, 9, 33, 70, 4, isGated, HasBiases: true), seed: 9, Precision.Int8);
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
    public void Results_are_near_float32_experts()
    {
        var shape = new ExpertShape(40, 64, 8, 32, 48, 3, IsGated: true, HasBiases: true);
        using var exact = new ExpertProblem(_backend, shape, seed: 5);
        using var rounded = new ExpertProblem(_backend, shape, seed: 5, Precision.Int8);
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
    public void Not_a_number_stays_in_its_token()
    {
        using var problem = new ExpertProblem(_backend, new ExpertShape(9, 20, 4, 8, 10, 2), seed: 3, Precision.Int8);
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
        using var problem = new ExpertProblem(_backend, new ExpertShape(40, 50, 8, 16, 32, 3, IsGated: true, HasBiases: true), seed: 1, Precision.Int8);
        Allocations.AssertNone(problem.Prepare(1));
        Allocations.AssertNone(problem.Prepare(2));
    }

    [Fact]
    public void Packed_integers_come_back_exactly()
    {
        var weights = QuantizedExpertWeights.Round(new ExpertShape(1, 39, 3, 17, 21, 1, IsGated: true, HasBiases: true).Sample(new Random(2)));
        using var packed = _backend.Experts.Pack(weights);
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
        Assert.Throws<ShapeMismatchException>(() => _backend.Experts.Pack(new QuantizedExpertWeights
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

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Check(ExpertShape shape)
    {
        using var reference = Versions.Reference();
        using var expected = new ExpertProblem(reference, shape, seed: shape.Tokens + shape.Width, Precision.Int8);
        using var actual = new ExpertProblem(_backend, shape, seed: shape.Tokens + shape.Width, Precision.Int8);
        expected.Run(1, 2);
        foreach (var threads in new[] { 1, 3 })
        {
            actual.Run(threads, 2);
            Assert.Equal(expected.Y.Values(), actual.Y.Values());
        }

        Assert.True(actual.Y.GapsAreUntouched());
    }
}
