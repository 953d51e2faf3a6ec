using NativeSparse.Cli.LanguageModels;
using NativeSparse.Cli.Timing;

namespace NativeSparse.Cli.Demo;

/// <summary>Times of the demo's runners, taken in turns: samples by runner and round.</summary>
/// <param name="Prefill">Milliseconds of reading 1x224.</param>
/// <param name="Decode">Milliseconds of one token after 64.</param>
internal sealed record DemoTiming(double[][] Prefill, double[][] Decode)
{
    /// <summary>Tokens of the prefill.</summary>
    public const int PrefillTokens = 224;

    private const int PastTokens = 64;
    private const int PrefillRounds = 21;
    private const int DecodeRounds = 41;

    /// <summary>Times the runners on the first tokens of a text.</summary>
    public static DemoTiming Measure(IReadOnlyList<DemoModel> models, ReadOnlySpan<long> tokens, CancellationToken cancellation)
    {
        var steps = new List<DecoderStep>();
        try
        {
            var prefill = new List<Action>();
            var decode = new List<Action>();
            foreach (var model in models)
            {
                var reading = Keep(new DecoderStep(model.Runner, tokens[..PrefillTokens]));
                var past = Keep(new DecoderStep(model.Runner, tokens[..PastTokens]).Run());
                var writing = Keep(new DecoderStep(model.Runner, tokens.Slice(PastTokens, 1), past));
                prefill.Add(() => reading.Run());
                decode.Add(() => writing.Run());
            }

            return new DemoTiming(
                InterleavedTiming.Measure(prefill, PrefillRounds, cancellation), InterleavedTiming.Measure(decode, DecodeRounds, cancellation));
        }
        finally
        {
            steps.ForEach(step => step.Dispose());
        }

        DecoderStep Keep(DecoderStep step)
        {
            steps.Add(step);
            return step;
        }
    }
}
