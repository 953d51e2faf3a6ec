using System.CommandLine;
using System.Globalization;
using NativeSparse.Cli.Documents;
using NativeSparse.Conversion;
using NativeSparse.Measurement;
using Spectre.Console;

namespace NativeSparse.Cli.SelfTests;

/// <summary><c>nativesparse selftest</c>: the contract cases of every kernel family on one backend of this machine.</summary>
internal sealed class SelfTestCommand : ToolCommand
{
    private readonly Option<string?> _backend = new("--backend")
    {
        Description = "The backend to test, as 'devices' lists them. Default: the environment variable NATIVESPARSE_BACKEND, else auto.",
        HelpName = "NAME",
    };

    /// <summary>Creates the command.</summary>
    public SelfTestCommand(Terminal terminal)
        : base(
            "selftest",
            "Runs every kernel family's contract cases against the plain loops that specify them, and a few timings; exit code 1 on any wrong "
                + "value. Needs neither a model nor ONNX Runtime: what a bug report starts with.",
            terminal) =>
        Options.Add(_backend);

    /// <inheritdoc/>
    protected override int Execute(Invocation invocation)
    {
        var result = invocation.WithProgress(
            "testing", progress => SelfTest.Run(invocation.Get(_backend), new Share(progress), invocation.Cancellation));
        invocation.Answer(
            new SelfTestDocument(result.Cpu, result.Backend, result.IsPassed, result.Families, result.Timings),
            AnswerJson.Documents.SelfTestDocument,
            Write);
        return result.IsPassed ? ExitCode.Done : ExitCode.No;
    }

    private static void Write(IAnsiConsole console, SelfTestDocument document)
    {
        console.MarkupLineInterpolated($"{document.Cpu}, {document.Backend}");
        var families = new Table().Border(TableBorder.Simple).AddColumns("family", "precision").AddFigures("cases", "worst error").AddColumn("wrong");
        foreach (var family in document.Families)
        {
            families.AddRow(
                family.Family,
                family.Precision,
                family.Cases.ToString(CultureInfo.InvariantCulture),
                family.WorstError == 0 ? "equal bits" : family.WorstError.ToString("0.0e+0", CultureInfo.InvariantCulture),
                family.Wrong.Count == 0 ? "none" : Markup.Escape(string.Join("; ", family.Wrong)));
        }

        console.WriteFigures(families);
        if (document.Timings.Count > 0)
        {
            var timings = new Table().Border(TableBorder.Simple).AddColumns("product", "precision").AddFigures("tokens", "ms", "of peak");
            foreach (var timing in document.Timings)
            {
                timings.AddRow(
                    timing.Case,
                    timing.Precision,
                    timing.Tokens.ToString(CultureInfo.InvariantCulture),
                    timing.Milliseconds.ToString("0.0000", CultureInfo.InvariantCulture),
                    timing.ShareOfPeak?.ToString("0.00", CultureInfo.InvariantCulture) ?? "-");
            }

            console.WriteFigures(timings);
        }

        console.WriteLine(document.Passed
            ? "All cases passed. Errors are relative to the largest value; of peak: share of the measured multiply-add limit, one thread; times on a device include the copies of input and output."
            : "Some values are wrong: please report this table with your processor's name.");
    }

    private sealed class Share(IProgress<ConversionProgress> progress) : IProgress<double>
    {
        public void Report(double value) => progress.Report(new ConversionProgress("testing", null, value));
    }
}
