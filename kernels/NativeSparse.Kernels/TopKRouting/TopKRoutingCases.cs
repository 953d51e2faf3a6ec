namespace NativeSparse.Kernels;

/// <summary>The contract cases of routing: the tests' and the self-test's.</summary>
internal static unsafe class TopKRoutingCases
{
    private const int Tokens = 60;

    /// <summary>Experts and how many are chosen.</summary>
    public static IReadOnlyList<(int Experts, int Active)> Sizes { get; } = [(1, 1), (8, 3), (12, 4), (64, 16), (160, 6)];

    /// <summary>The rules at one size.</summary>
    /// <param name="experts">E.</param>
    /// <param name="active">K.</param>
    /// <param name="bias"><c>[1, E]</c>.</param>
    public static IEnumerable<RoutingOptions> Rules(int experts, int active, View bias)
    {
        yield return new RoutingOptions { K = active };
        yield return new RoutingOptions { K = active, Weights = RoutingWeights.SoftmaxRenormalized };
        yield return new RoutingOptions { K = active, Weights = RoutingWeights.Raw };
        yield return new RoutingOptions { K = active, Score = RoutingScore.Sigmoid, Bias = bias, Weights = RoutingWeights.SigmoidRenormalized };
        yield return new RoutingOptions { K = active, Bias = bias, Weights = RoutingWeights.Softmax };
        yield return new RoutingOptions { Selection = RoutingSelection.Threshold, Threshold = 0.5f, Score = RoutingScore.Sigmoid, Weights = RoutingWeights.Sigmoid };
        yield return new RoutingOptions { Selection = RoutingSelection.TopP, Mass = 0.8f, Weights = RoutingWeights.SoftmaxRenormalized };
        yield return new RoutingOptions { Selection = RoutingSelection.TopP, Mass = 0.99f, K = active, Weights = RoutingWeights.Softmax };
        yield return new RoutingOptions { K = active, Capacity = 4, Weights = RoutingWeights.Softmax };
        if (experts % 4 != 0)
        {
            yield break;
        }

        yield return new RoutingOptions { K = active, Groups = 4, ActiveGroups = 2, Weights = RoutingWeights.Softmax };
        yield return new RoutingOptions
        {
            K = active,
            Groups = 4,
            ActiveGroups = 2,
            GroupScore = RoutingGroupScore.TwoHighest,
            Score = RoutingScore.Sigmoid,
            Bias = bias,
            Weights = RoutingWeights.SigmoidRenormalized,
        };
    }

    public static IEnumerable<ContractCase> All()
    {
        foreach (var (experts, active) in Sizes)
        {
            var count = Rules(experts, active, default).Count();
            for (var rule = 0; rule < count; rule++)
            {
                var number = rule;
                yield return new ContractCase(
                    "routing", Precision.Float32, $"{active} of {experts}, rule {number}", (backend, reference) => Run(backend, reference, experts, active, number));
            }
        }
    }

    /// <summary>The error counts tokens whose choice differs, or is the largest difference of a weight.</summary>
    private static CaseResult Run(Backend backend, Backend reference, int experts, int active, int rule)
    {
        using var memory = new CaseMemory(experts);
        var options = Rules(experts, active, memory.Sample(1, experts)).ElementAt(rule);
        var scores = memory.Sample(Tokens, experts);
        var (expected, actual) = (Routing.Rent(memory.Operands, Tokens, experts), Routing.Rent(memory.Operands, Tokens, experts));
        reference.Routing.Run(memory.Execution, scores, options, expected);
        backend.Routing.Run(memory.Execution, scores, options, actual);
        var (different, error) = (0, 0.0);
        for (var t = 0; t < Tokens; t++)
        {
            var (want, got) = (Chosen(expected, t), Chosen(actual, t));
            different += want.AsSpan().SequenceEqual(got) ? 0 : 1;
            for (var i = 0; i < Math.Min(want.Length, got.Length); i++)
            {
                error = Math.Max(error, Math.Abs(expected.Weights.Row(t)[i] - actual.Weights.Row(t)[i]));
            }
        }

        return different > 0 ? new CaseResult(different, 0) : new CaseResult(error, 1e-6);
    }

    private static int[] Chosen(in Routing routing, int token) =>
        new ReadOnlySpan<int>(routing.Experts.RowInt32(token), routing.Counts.RowInt32(0)[token]).ToArray();
}
