using NativeSparse.Cli.LanguageModels;
using NativeSparse.Cli.Running;
using NativeSparse.Measurement;

namespace NativeSparse.Cli.Demo;

/// <summary>Times of the demo's runners, taken in turns: samples by runner and round.</summary>
/// <param name="Prefill">Milliseconds of reading 1x224.</param>
/// <param name="Decode">Milliseconds of one token after 64.</param>
internal sealed record DemoTiming(IReadOnlyList<TimingSamples> Prefill, IReadOnlyList<TimingSamples> Decode)
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
            var prefill = new List<Contender>();
            var decode = new List<Contender>();
            foreach (var model in models)
            {
                var reading = Keep(new DecoderStep(model.Runner, tokens[..PrefillTokens]));
                var past = Keep(new DecoderStep(model.Runner, tokens[..PastTokens]).Run());
                var writing = Keep(new DecoderStep(model.Runner, tokens.Slice(PastTokens, 1), past));
                prefill.Add(new Contender(model.Name, () => reading.Run()));
                decode.Add(new Contender(model.Name, () => writing.Run()));
            }

            return new DemoTiming(
                ModelTiming.Run(prefill, PrefillRounds, cancellation), ModelTiming.Run(decode, DecodeRounds, cancellation));
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
