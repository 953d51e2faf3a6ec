namespace NativeSparse.Kernels;

/// <summary>
/// Features of a token from its scores and its choice, for what an experts form adds besides its experts: with s the score of an expert, a chosen
/// expert has 1 in the bias columns and s - threshold in the up columns, another one s - threshold in the down columns; the rest is 0.
/// </summary>
/// <param name="Threshold">What scores are counted from.</param>
/// <param name="BiasColumn">The first of E columns, or -1.</param>
/// <param name="UpColumn">The first of E columns, or -1.</param>
/// <param name="DownColumn">The first of E columns, or -1.</param>
internal readonly record struct ScoreFeatures(float Threshold, int BiasColumn, int UpColumn, int DownColumn)
{
    /// <summary>Fills every row of <paramref name="features"/> on the calling thread.</summary>
    public unsafe void Fill(View scores, in Routing routing, View features)
    {
        for (var t = 0; t < scores.Rows; t++)
        {
            var chosen = new ReadOnlySpan<int>(routing.Experts.RowInt32(t), routing.Counts.RowInt32(0)[t]);
            FillRow(scores.RowSpan(t), chosen, features.RowSpan(t));
        }
    }

    private void FillRow(ReadOnlySpan<float> scores, ReadOnlySpan<int> chosen, Span<float> features)
    {
        features.Clear();
        if (DownColumn >= 0)
        {
            for (var e = 0; e < scores.Length; e++)
            {
                features[DownColumn + e] = scores[e] - Threshold;
            }
        }

        foreach (var e in chosen)
        {
            if (BiasColumn >= 0)
            {
                features[BiasColumn + e] = 1;
            }

            if (UpColumn >= 0)
            {
                features[UpColumn + e] = scores[e] - Threshold;
            }

            if (DownColumn >= 0)
            {
                features[DownColumn + e] = 0;
            }
        }
    }
}
