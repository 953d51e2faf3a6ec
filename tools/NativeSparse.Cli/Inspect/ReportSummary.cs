using System.Globalization;
using System.Text.Json;
using Spectre.Console;

namespace NativeSparse.Cli.Inspect;

/// <summary>The conversion report that a file carries, in a few lines.</summary>
internal static class ReportSummary
{
    /// <summary>Writes it; fields that a report does not have are left out.</summary>
    public static void Write(IAnsiConsole console, JsonElement report)
    {
        var sites = report.TryGetProperty("sites", out var array) && array.ValueKind == JsonValueKind.Array ? array.GetArrayLength() : 0;
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"Converted: {sites} sites, fitted on {Number(report, "calibrationTokens") ?? 0:N0} tokens, judged on {Number(report, "heldOutTokens") ?? 0:N0} held-out tokens"));
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
            console.WriteLine($"Whole model against dense: {string.Join(", ", parts)}");
        }
    }

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
