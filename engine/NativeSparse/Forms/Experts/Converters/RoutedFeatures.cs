namespace NativeSparse.Forms.Experts.Converters;

/// <summary>
/// The linear features of an experts form under a fixed routing, per token:
/// <c>[A * mask (H) | 1 | active (E) | (s - theta) active (E) | (s - theta) inactive (E)]</c>. Their weights are the down projection, the
/// output bias, the expert biases and the two halves of the score path.
/// </summary>
internal sealed class RoutedFeatures(float[] hidden, float[] scores, bool[] active, float threshold, int[] assignment)
{
    /// <summary>H.</summary>
    public int Hidden => assignment.Length;

    /// <summary>E.</summary>
    public int Experts { get; } = scores.Length / (hidden.Length / assignment.Length);

    /// <summary>Number of tokens.</summary>
    public int Tokens => hidden.Length / assignment.Length;

    /// <summary>Features up to the output bias.</summary>
    public int WithBias => Hidden + 1;

    /// <summary>Features up to the expert biases.</summary>
    public int WithExpertBiases => Hidden + 1 + Experts;

    /// <summary>All features.</summary>
    public int All => Hidden + 1 + (3 * Experts);

    /// <summary>Writes the leading features of some tokens.</summary>
    /// <param name="first">First token.</param>
    /// <param name="count">Tokens.</param>
    /// <param name="features">How many leading features.</param>
    /// <param name="rows"><c>[count, features]</c>.</param>
    public void Write(int first, int count, int features, float[] rows)
    {
        for (var t = 0; t < count; t++)
        {
            var row = rows.AsSpan(t * features, features);
            var on = active.AsSpan((first + t) * Experts, Experts);
            var from = hidden.AsSpan((first + t) * Hidden, Hidden);
            for (var j = 0; j < from.Length; j++)
            {
                row[j] = on[assignment[j]] ? from[j] : 0;
            }

            if (features > Hidden)
            {
                row[Hidden] = 1;
            }

            for (var e = 0; e < Experts && features >= WithExpertBiases; e++)
            {
                row[WithBias + e] = on[e] ? 1 : 0;
            }

            for (var e = 0; e < Experts && features == All; e++)
            {
                var above = scores[((first + t) * Experts) + e] - threshold;
                row[WithExpertBiases + e] = on[e] ? above : 0;
                row[WithExpertBiases + Experts + e] = on[e] ? 0 : above;
            }
        }
    }
}
