using System.Globalization;
using NativeSparse.Cli.Documents;
using Spectre.Console;

namespace NativeSparse.Cli.Inspect;

/// <summary>The answer of <c>inspect</c> for people.</summary>
internal static class InspectTables
{
    /// <summary>Writes it.</summary>
    public static void Write(IAnsiConsole console, InspectDocument document)
    {
        var model = document.Model;
        var share = model.Parameters == 0 ? 0 : (double)model.FeedForwardParameters / model.Parameters;
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{model.Path}: {(model.Producer.Length == 0 ? "unknown producer" : model.Producer)}, opset {model.Opset}, "
            + $"{model.Parameters:N0} parameters, {model.FeedForwardParameters:N0} of them ({share:P1}) in {document.Sites.Count} feed-forward sites"));
        WriteSites(console, document.Sites);
        WriteLinears(console, document.Linears);
        WriteSkipped(console, document.Skipped);
        if (document.Report is { } report)
        {
            ReportSummary.Write(console, report);
        }
    }

    private static void WriteSites(IAnsiConsole console, IReadOnlyList<SiteFacts> sites)
    {
        if (sites.Count == 0)
        {
            return;
        }

        var table = new Table().Border(TableBorder.Simple).AddColumns("site", "kind", "form", "runs in", "D", "H", "activation", "weights", "parameters", "share");
        foreach (var site in sites)
        {
            var hidden = site.OutputWidth == site.InputWidth ? $"{site.HiddenWidth}" : $"{site.HiddenWidth} -> {site.OutputWidth}";
            table.AddRow(
                Markup.Escape(site.Name),
                site.Kind,
                site.Form,
                site.IsUntouched ? "ONNX Runtime" : site.RunsIn,
                $"{site.InputWidth}",
                hidden,
                Markup.Escape(site.Activation),
                site.Quantized ? $"{site.WeightType}, quantized" : site.WeightType,
                site.Parameters.ToString("N0", CultureInfo.InvariantCulture),
                site.Share.ToString("P1", CultureInfo.InvariantCulture));
        }

        console.WriteFigures(table);
        if (sites.Any(site => site.IsUntouched))
        {
            console.WriteLine(
                "runs in: with this file as it is; networks in ONNX Runtime are not converted, 'nativesparse convert' (or --form of run and bench) moves them to our kernels");
        }
    }

    private static void WriteLinears(IAnsiConsole console, IReadOnlyList<LinearFacts> linears)
    {
        if (linears.Count == 0)
        {
            return;
        }

        console.WriteLine("Other linears:");
        var table = new Table().Border(TableBorder.Simple).AddColumns("linear", "runs in", "in", "out", "weights", "parameters", "share");
        foreach (var linear in linears)
        {
            table.AddRow(
                Markup.Escape(linear.Name),
                linear.RunsIn == SiteFacts.Ours ? linear.RunsIn : "ONNX Runtime",
                $"{linear.InputWidth}",
                string.Join(", ", linear.OutputWidths),
                linear.Quantized ? $"{linear.WeightType}, quantized" : linear.WeightType,
                linear.Parameters.ToString("N0", CultureInfo.InvariantCulture),
                linear.Share.ToString("P1", CultureInfo.InvariantCulture));
        }

        console.WriteFigures(table);
        if (linears.Any(linear => linear.RunsIn != SiteFacts.Ours && linear.Obstacle is null))
        {
            console.WriteLine("--linears of convert, run and bench moves those in ONNX Runtime to our kernels");
        }

        foreach (var obstacle in linears.Where(linear => linear.Obstacle is not null).GroupBy(linear => linear.Obstacle))
        {
            console.WriteLine($"stays in ONNX Runtime, {string.Join(", ", obstacle.Select(linear => linear.Name))}: {obstacle.Key}");
        }
    }

    private static void WriteSkipped(IAnsiConsole console, IReadOnlyList<SkippedFacts> skipped)
    {
        if (skipped.Count == 0)
        {
            return;
        }

        console.WriteLine("Not taken:");
        foreach (var linears in skipped)
        {
            console.WriteLine($"  {string.Join(" + ", linears.Nodes)}: {linears.Reason}");
        }
    }
}
