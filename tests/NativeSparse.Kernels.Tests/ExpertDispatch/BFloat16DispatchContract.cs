using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>What every version of bfloat16 experts must do: give, bit for bit, float32 experts over the rounded weights.</summary>
public abstract class BFloat16DispatchContract : IDisposable
{
    private readonly Backend _backend;

    private protected BFloat16DispatchContract(Backend backend) => _backend = backend;

    public static TheoryData<int, int, int, int, int, int> Shapes => ExpertDispatchContract.Shapes;

    public static TheoryData<ActivationKind> Activations => new(Enum.GetValues<ActivationKind>());

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Plain_experts_are_float32_experts_of_the_rounded_weights(int tokens, int inputs, int experts, int width, int outputs, int active) =>
        Check(new ExpertShape(tokens, inputs, experts, width, outputs, active));

    [Theory]
    [MemberData(nameof(Shapes))]
    public void Gated_experts_with_biases_are_float32_experts_of_the_rounded_weights(
        int tokens, int inputs, int experts, int width, int outputs, int active) =>
        Check(new ExpertShape(tokens, inputs, experts, width, outputs, active, IsGated: true, HasBiases: true));

    [Theory]
    [MemberData(nameof(Activations))]
    public void Every_activation_is_that_of_float32(ActivationKind kind)
    {
        foreach (var isGated in new[] { false, true })
        {
            Check(new ExpertShape(21, 30, 5, 18, 25, 3, isGated, HasBiases: true) { Kind = kind });
        }
    }

    [Fact]
    public void Experts_may_differ_in_width() =>
        Check(new ExpertShape(20, 30, 5, 18, 25, 2, HasBiases: true) { IsRagged = true });

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public void A_token_does_not_depend_on_the_batch_or_the_threads(bool isGated)
    {
        using var problem = new ExpertProblem(
            _backend, new ExpertShape(61, 420, 9, 33, 70, 4, isGated, HasBiases: true), seed: 9, Precision.BFloat16);
        problem.AssertTokensStandAlone(0.5f);
    }

    [Fact]
    public void Nothing_is_allocated_after_warm_up()
    {
        using var problem = new ExpertProblem(
            _backend, new ExpertShape(40, 100, 8, 16, 32, 3, IsGated: true, HasBiases: true), seed: 1, Precision.BFloat16);
        Limits.AssertAllocations(_backend, problem.Prepare(1));
        Limits.AssertAllocations(_backend, problem.Prepare(2));
    }

    [Fact]
    public void Weights_come_back_rounded_and_biases_as_they_were()
    {
        var weights = new ExpertShape(1, 390, 3, 17, 21, 1, IsGated: true, HasBiases: true).Sample(new Random(2));
        using var packed = _backend.Experts.Pack(weights, Precision.BFloat16);
        var back = packed.Unpack();
        Assert.Equal(Precision.BFloat16, packed.Precision);
        Assert.Equal(BFloat16Rounding.RoundAll(weights.Up.Span), back.Up.ToArray());
        Assert.Equal(BFloat16Rounding.RoundAll(weights.Gate.Span), back.Gate.ToArray());
        Assert.Equal(BFloat16Rounding.RoundAll(weights.Down.Span), back.Down.ToArray());
        Assert.Equal(weights.UpBias.ToArray(), back.UpBias.ToArray());
        Assert.Equal(weights.GateBias.ToArray(), back.GateBias.ToArray());
        Assert.Equal(weights.ExpertBias.ToArray(), back.ExpertBias.ToArray());
        Assert.Equal(weights.Widths.ToArray(), back.Widths.ToArray());
        Assert.Equal(weights.Activation, back.Activation);
        packed.Dispose();
        packed.Dispose();
        Assert.Throws<ObjectDisposedException>(() => packed.Unpack());
    }

    [Fact]
    public void Half_the_memory()
    {
        Assert.SkipWhen(_backend is ReferenceBackend, "skipped: the reference holds float32 values");
        var weights = new ExpertShape(1, 256, 4, 64, 128, 1).Sample(new Random(2));
        using var halves = _backend.Experts.Pack(weights, Precision.BFloat16);
        using var singles = _backend.Experts.Pack(weights, Precision.Float32);
        Assert.InRange(halves.ByteCount, singles.ByteCount / 2, singles.ByteCount * 51 / 100);
    }

    public void Dispose()
    {
        _backend.Dispose();
        GC.SuppressFinalize(this);
    }

    private void Check(ExpertShape shape)
    {
        using var halves = new ExpertProblem(_backend, shape, seed: shape.Tokens + shape.Width, Precision.BFloat16);
        using var singles = new ExpertProblem(_backend, shape, seed: shape.Tokens + shape.Width, halves.Packed.Unpack());
        singles.Run(1, 2);
        singles.AssertMatches(2);
        foreach (var threads in new[] { 1, 3 })
        {
            halves.Run(threads, 2);
            Assert.Equal(singles.Y.Values(), halves.Y.Values());
        }

        Assert.True(halves.X.GapsAreUntouched() && halves.Y.GapsAreUntouched());
    }
}
