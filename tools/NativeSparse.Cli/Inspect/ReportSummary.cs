using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace NativeSparse.Cli.Inspect;

/// <summary>The conversion report that a file carries, in a few lines.</summary>
internal static class ReportSummary
{
    /// <summary>What stands behind figures of inputs that nobody gave.</summary>
    public const string MadeUp = ", on made-up inputs (one run; not its quality on data: give --verify DATA for that)";

    /// <summary>Writes it; fields that a report does not have are left out.</summary>
    public static void Write(IAnsiConsole console, JsonElement report)
    {
        if (report.ValueKind != JsonValueKind.Object)
        {
            console.WriteLine("The report of the conversion in this file is damaged: it is no JSON object");
            return;
        }

        var sites = report.TryGetProperty("sites", out var array) && array.ValueKind == JsonValueKind.Array ? array.GetArrayLength() : 0;
        var linears = report.TryGetProperty("linears", out var others) && others.ValueKind == JsonValueKind.Array ? others.GetArrayLength() : 0;
        var (fitted, judged) = (Number(report, "calibrationTokens") ?? 0, Number(report, "heldOutTokens") ?? 0);
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Converted: {sites} sites{(linears > 0 ? $", {linears} other linears" : "")}, {(fitted > 0 ? $"fitted on {fitted:N0} tokens" : "nothing fitted")}, {(judged > 0 ? $"errors on {judged:N0} held-out tokens" : "errors not measured")}"));
        WriteErrors(console, array);
        if (!report.TryGetProperty("model", out var model) || model.ValueKind != JsonValueKind.Object)
        {
            return;
        }

        List<string> parts = [];
        Add(parts, model, "perplexityRatio", "perplexity x {0:0.000} of dense");
        Add(parts, model, "cosine", "mean cosine {0:0.00000}");
        Add(parts, model, "cosineP5", "5th percentile {0:0.00000}");
        Add(parts, model, "relativeError", "relative L2 error {0:0.0e+0}");
        Add(parts, model, "maxAbs", "largest difference {0:0.0e+0}");
        Add(parts, model, "argmaxAgreement", "top-1 agreement {0:P1}");
        if (parts.Count > 0)
        {
            var isMadeUp = model.TryGetProperty("onMadeUpInputs", out var flag) && flag.ValueKind == JsonValueKind.True;
            console.WriteLine($"Whole model against dense{(isMadeUp ? MadeUp : "")}: {string.Join(", ", parts)}");
        }
    }

    /// <summary>The error of each site, where it was measured.</summary>
    private static void WriteErrors(IAnsiConsole console, JsonElement sites)
    {
        if (sites.ValueKind != JsonValueKind.Array)
        {
            return;
        }

        foreach (var site in sites.EnumerateArray().Where(site => site.ValueKind == JsonValueKind.Object && Number(site, "error") is not null))
        {
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"  {Text(site, "name")}: {Text(site, "form")} {Text(site, "precision")}, method {Text(site, "converter")}, relative L2 error {Number(site, "error"):0.0000}, "
                + $"{Number(site, "activeShare") ?? 1:P0} of the neurons active"));
        }
    }

    private static string Text(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.String ? value.GetString()! : "?";

    private static void Add(List<string> parts, JsonElement element, string name, string format)
    {
        if (Number(element, name) is { } value)
        {
            parts.Add(string.Format(CultureInfo.InvariantCulture, format, value));
        }
    }

    private static double? Number(JsonElement element, string name) =>
        element.TryGetProperty(name, out var value) && value.ValueKind == JsonValueKind.Number ? value.GetDouble() : null;
}
