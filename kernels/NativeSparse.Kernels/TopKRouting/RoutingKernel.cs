using System.Runtime.CompilerServices;
using ILGPU;

namespace NativeSparse.Kernels;

/// <summary>
/// Choice of experts on a device: one group for each token; an expert is chosen when fewer than K others come before it, and its place is the
/// number of chosen ones before it, so that no thread waits for another one's result.
/// </summary>
internal static class RoutingKernel
{
    /// <summary>Most experts, whose scores lie in shared memory.</summary>
    public const int MostExperts = 1024;

    /// <summary>e to lower powers is 0.</summary>
    private const float LeastExponent = -87;

    public static void Run(
        DeviceRoutingParameters p, ArrayView<float> scores, ArrayView<int> counts, ArrayView<int> chosen, ArrayView<float> weights)
    {
        var keys = SharedMemory.Allocate<int>(MostExperts);
        var flags = SharedMemory.Allocate<int>(MostExperts);
        var powers = SharedMemory.Allocate<float>(MostExperts);
        var token = Grid.IdxX;
        var row = (long)token * p.ScoreStride;
        for (var e = Group.IdxX; e < p.Experts; e += Group.DimX)
        {
            keys[e] = Key(scores[row + e]);
        }

        Group.Barrier();
        for (var e = Group.IdxX; e < p.Experts; e += Group.DimX)
        {
            flags[e] = p.Selection == (int)RoutingSelection.Threshold ? (scores[row + e] >= p.Threshold ? 1 : 0) : (Before(keys, p.Experts, e) < p.K ? 1 : 0);
        }

        Group.Barrier();
        var highest = float.NegativeInfinity;
        var isOverAll = p.Weights == (int)RoutingWeights.Softmax;
        for (var e = 0; e < p.Experts; e++)
        {
            var score = scores[row + e];
            highest = (isOverAll || flags[e] != 0) && score > highest ? score : highest;
        }

        for (var e = Group.IdxX; e < p.Experts; e += Group.DimX)
        {
            powers[e] = isOverAll || flags[e] != 0 ? Weigh(p.Weights, scores[row + e], highest) : 0;
        }

        Group.Barrier();
        for (var e = Group.IdxX; e < p.Experts; e += Group.DimX)
        {
            if (flags[e] != 0)
            {
                var place = 0;
                var sum = 0f;
                for (var other = 0; other < p.Experts; other++)
                {
                    place += other < e ? flags[other] : 0;
                    sum += powers[other];
                }

                var at = ((long)token * p.Capacity) + place;
                chosen[at] = e;
                weights[at] = IsShare(p.Weights) ? powers[e] / sum : powers[e];
            }
        }

        if (Group.IdxX == 0)
        {
            var count = 0;
            for (var e = 0; e < p.Experts; e++)
            {
                count += flags[e];
            }

            counts[token] = count;
        }
    }

    /// <summary>As <see cref="RoutingKeys"/>.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static int Key(float score)
    {
        // Both zeros are equal; adding 0 would be optimized away.
        var bits = score == 0 ? 0 : (int)Interop.FloatAsInt(score);
        return float.IsNaN(score) ? RoutingKeys.Lowest : bits ^ ((bits >> 31) & int.MaxValue);
    }

    private static int Before(ArrayView<int> keys, int experts, int expert)
    {
        var own = keys[expert];
        var before = 0;
        for (var e = 0; e < experts; e++)
        {
            before += keys[e] > own || (keys[e] == own && e < expert) ? 1 : 0;
        }

        return before;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static float Weigh(int rule, float score, float highest)
    {
        switch ((RoutingWeights)rule)
        {
            case RoutingWeights.None:
                return 1;
            case RoutingWeights.Raw:
                return score;
            case RoutingWeights.Sigmoid:
            case RoutingWeights.SigmoidRenormalized:
                return DeviceActivation.Apply((int)ActivationKind.Sigmoid, 0, score);
            default:
                return float.IsNaN(score) || score - highest < LeastExponent ? 0 : score == highest ? 1 : VectorMath<DeviceWidth, float>.Exp(score - highest);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static bool IsShare(int rule) =>
        rule == (int)RoutingWeights.Softmax || rule == (int)RoutingWeights.SoftmaxRenormalized || rule == (int)RoutingWeights.SigmoidRenormalized;
}
