using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>
/// What every version of expert dispatch over rounded rows must do, at each precision: the integers and the float32 steps of the contract,
/// bit for bit.
/// </summary>
public abstract class RoundedDispatchContract : IDisposable
{
    private readonly Precision _precision;

    private protected RoundedDispatchContract(Backend backend, Precision precision) => (Backend, _precision) = (backend, precision);

    public static TheoryData<int, int, int, int, int, int> Shapes => new()
    {
        { 0, 4, 3, 5, 2, 1 }, { 1, 1, 1, 1, 1, 1 }, { 1, 40, 8, 16, 33, 4 }, { 2, 7, 5, 3, 11, 5 }, { 16, 32, 16, 16, 32, 4 },
        { 13, 33, 7, 17, 40, 3 }, { 64, 64, 8, 32, 64, 8 }, { 30, 12, 6, 8, 9, 0 }, { 120, 40, 3, 70, 90, 2 }, { 530, 16, 4, 16, 16, 1 },
    };

    private protected Backend Backend { get; }

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
        using var problem = new ExpertProblem(
            Backend, new ExpertShape(61, 120, 9, 33, 70, 4, isGated, HasBiases: true), seed: 9, _precision);
        problem.AssertTokensStandAlone(0.5f);
    }

    [Fact]
    public void Not_a_number_stays_in_its_token()
    {
        using var problem = new ExpertProblem(Backend, new ExpertShape(9, 20, 4, 8, 10, 2), seed: 3, _precision);
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
        Assert.SkipWhen(Backend.Name == "reference", "skipped: plain loops allocate");
        using var problem = new ExpertProblem(Backend, new ExpertShape(40, 50, 8, 16, 32, 3, IsGated: true, HasBiases: true), seed: 1, _precision);
        Limits.AssertAllocations(Backend, problem.Prepare(1));
        Limits.AssertAllocations(Backend, problem.Prepare(2));
    }

    public void Dispose()
    {
        Backend.Dispose();
        GC.SuppressFinalize(this);
    }

    private protected void Check(ExpertShape shape)
    {
        using var reference = Versions.Reference();
        using var expected = new ExpertProblem(reference, shape, seed: shape.Tokens + shape.Width, _precision);
        using var actual = new ExpertProblem(Backend, shape, seed: shape.Tokens + shape.Width, _precision);
        expected.Run(1, 2);
        foreach (var threads in new[] { 1, 3 })
        {
            actual.Run(threads, 2);
            Limits.AssertBits(Backend, _precision, expected.Y.Values(), actual.Y.Values());
        }

        Assert.True(actual.Y.GapsAreUntouched());
    }
}
