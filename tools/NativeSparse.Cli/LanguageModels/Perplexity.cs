using NativeSparse.Cli.Running;

namespace NativeSparse.Cli.LanguageModels;

/// <summary>Perplexity per token: exp of the mean negative log likelihood of the next token.</summary>
internal static class Perplexity
{
    /// <summary>
    /// Windows of a text, evenly spread: <paramref name="length"/> tokens that are read and the one that follows; the first token of a
    /// window is not scored.
    /// </summary>
    public static IReadOnlyList<long[]> Windows(long[] tokens, int length, int count)
    {
        var starts = Enumerable.Range(0, (tokens.Length - 1) / length).ToList();
        return [.. Text.TokenWindows.Spread(starts, count).Select(start => tokens[(start * length)..((start * length) + length + 1)])];
    }

    /// <summary>The perplexity of a model on such windows.</summary>
    public static double Measure(ModelRunner runner, IReadOnlyList<long[]> windows, CancellationToken cancellation)
    {
        double sum = 0;
        long scored = 0;
        foreach (var window in windows)
        {
            cancellation.ThrowIfCancellationRequested();
            using var step = new DecoderStep(runner, window.AsSpan(0, window.Length - 1)).Run();
            for (var token = 0; token < step.Tokens; token++)
            {
                sum += LogitRows.NegativeLogLikelihood(step.Logits(token), checked((int)window[token + 1]));
                scored++;
            }
        }

        return Math.Exp(sum / scored);
    }
}
