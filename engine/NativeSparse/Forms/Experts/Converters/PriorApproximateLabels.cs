namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// FactorLLM's labels (arXiv 2408.11855): which experts come closest to the dense output on their own, each held against
/// <c>o / (N // k)</c>; and the loss by which a router learns them.
/// </summary>
internal static class PriorApproximateLabels
{
    private const double Clip = 1e-7;

    /// <summary><c>l_e = mean over outputs of (E_e - o / (N // k))^2</c>, <c>[N]</c>, for one token.</summary>
    /// <param name="experts">E_e, <c>[N, O]</c>, each with its share b2 / N of the bias.</param>
    /// <param name="dense">o, <c>[O]</c>.</param>
    /// <param name="rescale">N // k.</param>
    /// <param name="losses">l, <c>[N]</c>.</param>
    public static void Losses(ReadOnlySpan<float> experts, ReadOnlySpan<float> dense, int rescale, Span<double> losses)
    {
        for (var e = 0; e < losses.Length; e++)
        {
            double sum = 0;
            for (var o = 0; o < dense.Length; o++)
            {
                var difference = (double)experts[(e * dense.Length) + o] - ((double)dense[o] / rescale);
                sum += difference * difference;
            }

            losses[e] = sum / dense.Length;
        }
    }

    /// <summary>The k experts of least loss; ties to the lower index.</summary>
    public static void Nearest(ReadOnlySpan<double> losses, int k, Span<bool> label)
    {
        Span<int> order = losses.Length <= 256 ? stackalloc int[losses.Length] : new int[losses.Length];
        Span<double> keys = losses.Length <= 256 ? stackalloc double[losses.Length] : new double[losses.Length];
        losses.CopyTo(keys);
        for (var e = 0; e < order.Length; e++)
        {
            order[e] = e;
        }

        label.Clear();
        for (var i = 0; i < k; i++)
        {
            var best = i;
            for (var j = i + 1; j < keys.Length; j++)
            {
                if (keys[j] < keys[best] || (keys[j] == keys[best] && order[j] < order[best]))
                {
                    best = j;
                }
            }

            (keys[i], keys[best]) = (keys[best], keys[i]);
            (order[i], order[best]) = (order[best], order[i]);
            label[order[i]] = true;
        }
    }

    /// <summary>
    /// Of one token: <c>sum p log(p / q)</c> with p = softmax(scores), q = softmax(label), both clipped to [1e-7, 1 - 1e-7],
    /// and, when asked for, its gradient by the scores (that of the unclipped loss).
    /// </summary>
    public static double RouteLoss(ReadOnlySpan<float> scores, ReadOnlySpan<bool> label, Span<double> gradient = default)
    {
        var experts = scores.Length;
        Span<double> p = experts <= 256 ? stackalloc double[experts] : new double[experts];
        Softmax(scores, p);
        var chosen = label.Count(true);
        var whole = (chosen * Math.E) + experts - chosen;
        double loss = 0;
        double plain = 0;
        for (var e = 0; e < experts; e++)
        {
            var clipped = Math.Clamp(p[e], Clip, 1 - Clip);
            var q = Math.Clamp((label[e] ? Math.E : 1) / whole, Clip, 1 - Clip);
            loss += clipped * Math.Log(clipped / q);
            plain += p[e] * Math.Log(clipped / q);
        }

        for (var e = 0; e < gradient.Length; e++)
        {
            var clipped = Math.Clamp(p[e], Clip, 1 - Clip);
            var q = Math.Clamp((label[e] ? Math.E : 1) / whole, Clip, 1 - Clip);
            gradient[e] = p[e] * (Math.Log(clipped / q) - plain);
        }

        return loss;
    }

    /// <summary>
    /// Of one token: the mean over experts of p where p is among the k largest, else 0; its gradient by the scores, times a weight, is
    /// added to <paramref name="gradient"/>.
    /// </summary>
    public static double BalanceLoss(ReadOnlySpan<float> scores, int k, double weight = 0, Span<double> gradient = default)
    {
        var experts = scores.Length;
        Span<double> p = experts <= 256 ? stackalloc double[experts] : new double[experts];
        Span<double> negated = experts <= 256 ? stackalloc double[experts] : new double[experts];
        Span<bool> top = experts <= 256 ? stackalloc bool[experts] : new bool[experts];
        Softmax(scores, p);
        for (var e = 0; e < experts; e++)
        {
            negated[e] = -scores[e];
        }

        Nearest(negated, k, top);
        double sum = 0;
        for (var e = 0; e < experts; e++)
        {
            sum += top[e] ? p[e] : 0;
        }

        for (var e = 0; e < gradient.Length; e++)
        {
            gradient[e] += weight / experts * p[e] * ((top[e] ? 1 : 0) - sum);
        }

        return sum / experts;
    }

    private static void Softmax(ReadOnlySpan<float> scores, Span<double> p)
    {
        var highest = float.NegativeInfinity;
        foreach (var score in scores)
        {
            highest = Math.Max(highest, score);
        }

        double sum = 0;
        for (var e = 0; e < p.Length; e++)
        {
            p[e] = Math.Exp((double)scores[e] - highest);
            sum += p[e];
        }

        for (var e = 0; e < p.Length; e++)
        {
            p[e] /= sum;
        }
    }
}
