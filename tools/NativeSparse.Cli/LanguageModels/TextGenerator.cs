using NativeSparse.Cli.Running;

namespace NativeSparse.Cli.LanguageModels;

/// <summary>Writes text: temperature 0.7, the 20 likeliest tokens, seeded.</summary>
internal static class TextGenerator
{
    private const double Temperature = 0.7;
    private const int Candidates = 20;

    /// <summary>Tokens that the model writes after a prompt.</summary>
    public static IReadOnlyList<long> Generate(ModelRunner runner, long[] prompt, int count, int seed, CancellationToken cancellation)
    {
        var random = new Random(seed);
        var written = new List<long>();
        var step = new DecoderStep(runner, prompt).Run();
        try
        {
            while (true)
            {
                cancellation.ThrowIfCancellationRequested();
                written.Add(Sample(step.Logits(step.Tokens - 1), random));
                if (written.Count == count)
                {
                    return written;
                }

                var next = new DecoderStep(runner, [written[^1]], step).Run();
                step.Dispose();
                step = next;
            }
        }
        finally
        {
            step.Dispose();
        }
    }

    private static long Sample(ReadOnlySpan<float> logits, Random random)
    {
        var values = logits.ToArray();
        int[] likeliest = [.. Enumerable.Range(0, values.Length).OrderByDescending(token => values[token]).Take(Candidates)];
        double[] weights = [.. likeliest.Select(token => Math.Exp((values[token] - values[likeliest[0]]) / Temperature))];
        var mark = random.NextDouble() * weights.Sum();
        for (var i = 0; i < likeliest.Length; i++)
        {
            mark -= weights[i];
            if (mark < 0)
            {
                return likeliest[i];
            }
        }

        return likeliest[^1];
    }
}
