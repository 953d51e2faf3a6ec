using NativeSparse.Cli.Documents;
using NativeSparse.Cli.LanguageModels;
using NativeSparse.Cli.Options;
using NativeSparse.Cli.Running;
using NativeSparse.Cli.Text;
using NativeSparse.Conversion;
using NativeSparse.Measurement;

namespace NativeSparse.Cli.Demo;

/// <summary><c>nativesparse demo</c>: the embedded language model, dense and as experts, in one table.</summary>
internal sealed class DemoCommand : ToolCommand
{
    private const int HeldOutWindows = 64;
    private const int WrittenTokens = 40;
    private const int Seed = 7;
    private static readonly string[] Prompts = ["It was a dark and stormy night, and", "\"My dear Watson,\" said Holmes,"];
    private readonly EngineSettings _engine;

    /// <summary>Creates the command.</summary>
    public DemoCommand(Terminal terminal)
        : base(
            "demo",
            "Converts the embedded language model and compares speed (tokens a second), perplexity on held-out text and generated text "
            + "of the dense and the converted model, with one thread and with --threads. Needs no files; takes a minute or two.",
            terminal) => _engine = new EngineSettings(this);

    /// <inheritdoc/>
    protected override int Execute(Invocation invocation)
    {
        var tokenizer = EmbeddedModel.ReadTokenizer();
        var heldOut = tokenizer.Encode(EmbeddedModel.ReadHeldOutText());
        var windows = Perplexity.Windows(heldOut, EmbeddedModel.Context, HeldOutWindows);
        var most = SessionSettings.ThreadCount(_engine.Threads(invocation));
        using var loader = new DemoModels(_engine.Backend(invocation));
        invocation.WithProgress("converting", progress =>
        {
            loader.Convert(tokenizer, most, progress, invocation.Cancellation);
            return loader;
        });
        var rows = new List<DemoRow>();
        var models = loader.Load(most, invocation.Cancellation);
        try
        {
            var perplexities = Judge(invocation, models, windows);
            if (most > 1)
            {
                var single = loader.Load(1, invocation.Cancellation);
                try
                {
                    rows.AddRange(Measure(invocation, single, heldOut, 1, perplexities));
                }
                finally
                {
                    single.ToList().ForEach(model => model.Dispose());
                }
            }

            rows.AddRange(Measure(invocation, models, heldOut, most, perplexities));
            var document = new DemoDocument(
                new BenchEnvironment(CpuIdentity.Name, most, Info(models).Backend, Info(models).OnnxRuntime),
                [.. models.Select(Describe).OfType<DemoConversion>()],
                windows.Sum(window => window.Length - 1),
                rows,
                Write(invocation, models, tokenizer),
                DemoRemarks.For(rows));
            invocation.Answer(document, AnswerJson.Documents.DemoDocument, DemoTables.Write);
            return ExitCode.Done;
        }
        finally
        {
            models.ToList().ForEach(model => model.Dispose());
        }
    }

    private static EngineInfo Info(IReadOnlyList<DemoModel> models) => models.Select(model => model.Runner).OfType<EngineRunner>().First().Info;

    private static IReadOnlyList<double> Judge(Invocation invocation, IReadOnlyList<DemoModel> models, IReadOnlyList<long[]> windows) =>
        invocation.WithProgress<IReadOnlyList<double>>("perplexity", progress =>
            [.. models.Select((model, i) =>
            {
                progress.Report(new ConversionProgress("held-out text", model.Name, (double)i / models.Count));
                return Perplexity.Measure(model.Runner, windows, invocation.Cancellation);
            })]);

    private static IEnumerable<DemoRow> Measure(
        Invocation invocation, IReadOnlyList<DemoModel> models, long[] tokens, int threads, IReadOnlyList<double> perplexities)
    {
        var timing = invocation.WithProgress($"timing, {threads} threads", progress =>
        {
            progress.Report(new ConversionProgress("in turns", null, 0.5));
            return DemoTiming.Measure(models, tokens, invocation.Cancellation);
        });
        return models.Select((model, i) =>
        {
            var prefill = timing.Prefill[i].Median;
            var decode = timing.Decode[i].Median;
            return new DemoRow
            {
                Name = model.Name,
                Threads = threads,
                PrefillMilliseconds = prefill,
                DecodeMilliseconds = decode,
                PrefillTokensPerSecond = DemoTiming.PrefillTokens * 1000 / prefill,
                DecodeTokensPerSecond = 1000 / decode,
                RatioPrefill = timing.Prefill[0].Over(timing.Prefill[i]).Median,
                RatioDecode = timing.Decode[0].Over(timing.Decode[i]).Median,
                Perplexity = perplexities[i],
                PerplexityRatio = perplexities[i] / perplexities[0],
                ActiveShare = model.ActiveShare,
            };
        });
    }

    private static DemoConversion? Describe(DemoModel model)
    {
        if (model.Report is not { CalibrationTokens: > 0 } report)
        {
            return null;
        }

        double? Mean(Func<SiteReport, double?> value) => report.Sites.All(site => value(site) is not null) ? report.Sites.Average(value) : null;
        return new DemoConversion(
            model.Name,
            report.Seconds,
            report.CalibrationTokens,
            Mean(site => site.Error),
            Mean(site => site.CentredOracleError));
    }

    private static IReadOnlyList<DemoSample> Write(Invocation invocation, IReadOnlyList<DemoModel> models, ByteLevelTokenizer tokenizer) =>
    [
        .. Prompts.SelectMany(prompt => models.Skip(1).Select(model => new DemoSample(
            model.Name,
            prompt,
            tokenizer.Decode(TextGenerator.Generate(model.Runner, tokenizer.Encode(prompt), WrittenTokens, Seed, invocation.Cancellation))))),
    ];
}
