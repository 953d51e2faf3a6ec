namespace NativeSparse.Kernels;

/// <summary>What is compared for one token: scores or their sigmoid, plus the bias, minus infinity outside the best groups.</summary>
internal static unsafe class RoutingChoice
{
    /// <summary>Whether the scores themselves are compared.</summary>
    public static bool IsPlain(in RoutingOptions options) =>
        options is { Score: RoutingScore.Raw, Groups: <= 1 } && options.Bias.IsEmpty;

    /// <summary>Computed in float64 and rounded once, so that all versions compare the same values.</summary>
    public static float Sigmoid(float score) => (float)(1 / (1 + Math.Exp(-(double)score)));

    public static void Fill(float* scores, int experts, in RoutingOptions options, float* choice)
    {
        for (var e = 0; e < experts; e++)
        {
            var value = options.Score == RoutingScore.Sigmoid ? Sigmoid(scores[e]) : scores[e];
            choice[e] = options.Bias.IsEmpty ? value : value + options.Bias.Row(0)[e];
        }

        if (options.Groups > 1)
        {
            CloseGroups(experts, options, choice);
        }
    }

    private static void CloseGroups(int experts, in RoutingOptions options, float* choice)
    {
        var size = experts / options.Groups;
        var open = stackalloc bool[options.Groups];
        for (var g = 0; g < options.Groups; g++)
        {
            open[g] = IsOpen(g, size, options, choice);
        }

        for (var e = 0; e < experts; e++)
        {
            choice[e] = open[e / size] ? choice[e] : float.NegativeInfinity;
        }
    }

    private static bool IsOpen(int group, int size, in RoutingOptions options, float* choice)
    {
        var own = Judge(choice + (group * size), size, options.GroupScore);
        var before = 0;
        for (var g = 0; g < options.Groups; g++)
        {
            var order = Judge(choice + (g * size), size, options.GroupScore).CompareTo(own);
            before += order > 0 || (order == 0 && g < group) ? 1 : 0;
        }

        return before < options.ActiveGroups;
    }

    private static float Judge(float* scores, int size, RoutingGroupScore rule)
    {
        var (first, second) = (float.NegativeInfinity, float.NegativeInfinity);
        for (var i = 0; i < size; i++)
        {
            if (scores[i] > first)
            {
                (first, second) = (scores[i], first);
            }
            else if (scores[i] > second)
            {
                second = scores[i];
            }
        }

        return rule == RoutingGroupScore.Highest ? first : first + second;
    }
}
