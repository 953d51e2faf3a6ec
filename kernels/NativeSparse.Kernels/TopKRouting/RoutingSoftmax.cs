using System.Runtime.CompilerServices;

namespace NativeSparse.Kernels;

/// <summary>Turns chosen scores into weights.</summary>
internal static unsafe class RoutingSoftmax<TWidth, TVector>
    where TWidth : struct, IVectorWidth<TVector>
    where TVector : struct
{
    /// <param name="scores">One token's scores.</param>
    /// <param name="experts">E.</param>
    /// <param name="chosen">The chosen experts.</param>
    /// <param name="count">How many are chosen.</param>
    /// <param name="rule">How they become weights.</param>
    /// <param name="buffer">Room for E values, rounded up to whole registers.</param>
    /// <param name="weights">The result.</param>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    public static void Weigh(float* scores, int experts, int* chosen, int count, RoutingWeights rule, float* buffer, float* weights)
    {
        if (count == 0)
        {
            return;
        }

        var isOverAll = rule == RoutingWeights.Softmax;
        var length = isOverAll ? experts : count;
        var highest = float.NegativeInfinity;
        for (var i = 0; i < length; i++)
        {
            var score = scores[isOverAll ? i : chosen[i]];
            highest = score > highest ? score : highest;
        }

        var isFinite = float.IsFinite(highest);
        for (var i = 0; i < length; i++)
        {
            var score = scores[isOverAll ? i : chosen[i]];
            buffer[i] = !isFinite ? (float)RoutingTopP.Power(score, highest) : float.IsNaN(score) ? float.NegativeInfinity : score;
        }

        var sum = isFinite ? Exponentiate(buffer, length, highest) : Sum(buffer, length);
        for (var i = 0; i < count; i++)
        {
            weights[i] = buffer[isOverAll ? chosen[i] : i] / sum;
        }
    }

    /// <summary>values = e^(values - highest); returns their sum.</summary>
    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static float Exponentiate(float* values, int length, float highest)
    {
        var padded = (length + TWidth.Lanes - 1) / TWidth.Lanes * TWidth.Lanes;
        for (var i = length; i < padded; i++)
        {
            values[i] = highest;
        }

        var shift = TWidth.Broadcast(highest);
        for (var i = 0; i < padded; i += TWidth.Lanes)
        {
            var power = VectorMath<TWidth, TVector>.Exp(TWidth.Subtract(TWidth.Load(values + i), shift));
            TWidth.Store(power, values + i);
        }

        return Sum(values, length);
    }

    private static float Sum(float* values, int length)
    {
        var sum = 0f;
        for (var i = 0; i < length; i++)
        {
            sum += values[i];
        }

        return sum;
    }
}
