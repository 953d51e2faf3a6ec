using System.Globalization;
using NativeSparse.Cli.Documents;
using NativeSparse.Cli.Inspect;
using NativeSparse.Conversion;
using Spectre.Console;

namespace NativeSparse.Cli.Convert;

/// <summary>The answer of <c>convert</c> for people.</summary>
internal static class ConvertTables
{
    /// <summary>Writes it.</summary>
    public static void Write(IAnsiConsole console, ConvertDocument document)
    {
        WriteSites(console, document.Sites);
        WriteLinears(console, document.Linears);
        if (document.HeldOutTokens > 0)
        {
            console.WriteLine(document.CalibrationTokens > 0
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"Fitted on {document.CalibrationTokens:N0} tokens, errors on {document.HeldOutTokens:N0} that no fit saw ({document.Split})")
                : string.Create(CultureInfo.InvariantCulture, $"Nothing was fitted; errors on {document.HeldOutTokens:N0} tokens ({document.Split})"));
            console.WriteLine(
                "error: relative L2 error of the site's output against the dense site's; centred oracle: that of the best choice of experts without "
                + "a fit, which a fit can beat; cost: share of the dense multiply-adds, router included");
        }

        else
        {
            console.WriteLine("No errors of single sites: give inputs to measure them on (--verify DATA, or --calibrate DATA)");
        }

        if (document.Model is { } model)
        {
            console.WriteLine($"Whole model against dense{(model.OnMadeUpInputs ? ReportSummary.MadeUp : "")}: {Describe(model)}");
        }

        foreach (var note in document.Notes)
        {
            console.WriteLine($"note: {note}");
        }

        var verified = document.Verified ? "loaded again, outputs are equal bit for bit" : "not verified";
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture, $"{document.Output}: {document.Bytes:N0} bytes, in {document.Seconds:0.0} s; {verified}"));
    }

    private static void WriteSites(IAnsiConsole console, IReadOnlyList<SiteReport> sites)
    {
        if (sites.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns(
            "site", "form", "precision", "method", "error", "centred oracle", "random split", "random router", "active", "cost", "bytes");
        foreach (var site in sites)
        {
            table.AddRow(
                Markup.Escape(site.Name),
                site.Form,
                site.Precision,
                site.Converter,
                Number(site.Error),
                Number(site.CentredOracleError),
                Number(site.RandomSplitError),
                Number(site.RandomRouterError),
                site.ActiveShare.ToString("P0", CultureInfo.InvariantCulture),
                site.CostShare.ToString("P0", CultureInfo.InvariantCulture),
                site.Bytes.ToString("N0", CultureInfo.InvariantCulture));
        }

        console.WriteFigures(table);
        foreach (var site in sites.Where(site => site.Notes.Count > 0))
        {
            console.WriteLine($"{site.Name}: {string.Join("; ", site.Notes)}");
        }
    }

    private static void WriteLinears(IAnsiConsole console, IReadOnlyList<LinearReport> linears)
    {
        if (linears.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("linear", "in", "out", "precision", "bytes");
        foreach (var linear in linears)
        {
            table.AddRow(
                Markup.Escape(linear.Name),
                $"{linear.InputWidth}",
                string.Join(", ", linear.OutputWidths),
                linear.Precision,
                linear.Bytes.ToString("N0", CultureInfo.InvariantCulture));
        }

        console.WriteFigures(table);
        foreach (var linear in linears.Where(linear => linear.Notes.Count > 0))
        {
            console.WriteLine($"{linear.Name}: {string.Join("; ", linear.Notes)}");
        }
    }

    private static string Describe(ModelReport model)
    {
        List<string> parts = [];
        if (model.PerplexityRatio is { } ratio)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"perplexity {model.Converted:0.00} ({ratio:0.000} x dense)"));
        }

        if (model.Cosine is { } cosine)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"mean cosine of output rows {cosine:0.000000} (5th percentile {model.CosineP5:0.000000})"));
        }

        if (model.RelativeError is { } error)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"relative L2 error {error:0.0e+0}"));
        }

        if (model.MaxAbs is { } maxAbs)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"largest difference {maxAbs:0.0e+0}"));
        }

        if (model.ArgmaxAgreement is { } agreement)
        {
            parts.Add(string.Create(CultureInfo.InvariantCulture, $"top-1 agreement {agreement:P1}"));
        }

        return string.Join(", ", parts);
    }

    private static string Number(double? value) => value?.ToString("0.0000", CultureInfo.InvariantCulture) ?? "-";

    private static string Number(Spread? spread) =>
        spread is null ? "-" : string.Create(CultureInfo.InvariantCulture, $"{spread.Mean:0.000} +- {spread.Sd:0.000}");
}
