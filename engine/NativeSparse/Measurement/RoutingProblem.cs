using NativeSparse.Kernels;

namespace NativeSparse.Measurement;

/// <summary>Top-k with renormalized softmax weights.</summary>
internal sealed class RoutingProblem : KernelProblem
{
    private readonly View _scores;
    private readonly Routing _routing;

    public RoutingProblem(KernelCase @case, int threads)
        : base(@case, threads)
    {
        _scores = Rent(@case.Tokens, @case.Experts, Sample(6, @case.Tokens * @case.Experts));
        _routing = Routing.Rent(Memory, @case.Tokens, @case.Active);
    }

    public override double Operations => 0;

    public override double WeightBytes => 0;

    public override Contender Prepare(Backend backend)
    {
        var execution = Enter();
        var options = new RoutingOptions { K = Case.Active, Weights = RoutingWeights.SoftmaxRenormalized };
        return new Contender(backend.Name, () => backend.Routing.Run(execution, _scores, options, _routing));
    }

    public override Contender? PrepareDense(Backend backend) => null;

    public override unsafe double? MeasureError()
    {
        var worst = 0.0;
        for (var t = 0; t < Case.Tokens; t++)
        {
            var chosen = new ReadOnlySpan<int>(_routing.Experts.RowInt32(t), Case.Active).ToArray();
            var powers = chosen.Select(e => Math.Exp(_scores.Row(t)[e])).ToArray();
            var sum = powers.Sum();
            for (var i = 0; i < powers.Length; i++)
            {
                worst = Math.Max(worst, Math.Abs(_routing.Weights.Row(t)[i] - (powers[i] / sum)));
            }
        }

        return worst;
    }
}
