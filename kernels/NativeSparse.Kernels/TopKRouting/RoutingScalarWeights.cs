namespace NativeSparse.Kernels;

/// <summary>The weight rules that look at chosen experts alone, each by itself.</summary>
internal static unsafe class RoutingScalarWeights
{
    private const double LeastSum = 1e-20;

    public static bool Has(RoutingWeights rule) =>
        rule is RoutingWeights.None or RoutingWeights.Raw or RoutingWeights.Sigmoid or RoutingWeights.SigmoidRenormalized;

    public static void Weigh(float* scores, int* chosen, int count, RoutingWeights rule, float* weights)
    {
        var sum = LeastSum;
        for (var i = 0; i < count; i++)
        {
            weights[i] = rule switch
            {
                RoutingWeights.None => 1,
                RoutingWeights.Raw => scores[chosen[i]],
                _ => RoutingChoice.Sigmoid(scores[chosen[i]]),
            };
            sum += weights[i];
        }

        for (var i = 0; rule == RoutingWeights.SigmoidRenormalized && i < count; i++)
        {
            weights[i] = (float)(weights[i] / sum);
        }
    }
}
