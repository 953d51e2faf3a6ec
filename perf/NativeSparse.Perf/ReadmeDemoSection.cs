using System.Globalization;
using System.Text;

namespace NativeSparse.Perf;

/// <summary>The demo's part of a processor's results.</summary>
internal static class ReadmeDemoSection
{
    public static string Render(ReadmeDemoRecord record)
    {
        var environment = record.Environment;
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"The embedded language model (`nativesparse demo`; {environment.Backend}, ONNX Runtime {environment.OnnxRuntime}): tokens a second of a 1x224 prefill and of ");
        text.Append(
            CultureInfo.InvariantCulture,
            $"decoding after 64, x times ONNX Runtime with the same threads, perplexity on {record.HeldOutTokens:N0} held-out tokens.\n\n");

        var table = new ReadmeTable("", "threads", "prefill", "x", "decode", "x", "perplexity", "/ dense", "active");
        foreach (var row in record.Rows)
        {
            table.Add(
                row.Name,
                ReadmeTable.Number(row.Threads, "0"),
                ReadmeTable.Number(row.PrefillTokensPerSecond, "N0"),
                ReadmeTable.Number(row.RatioPrefill, "0.00"),
                ReadmeTable.Number(row.DecodeTokensPerSecond, "N0"),
                ReadmeTable.Number(row.RatioDecode, "0.00"),
                ReadmeTable.Number(row.Perplexity, "0.00"),
                ReadmeTable.Number(row.PerplexityRatio, "0.000"),
                ReadmeTable.Number(row.ActiveShare, "0.00"));
        }

        text.Append(table);
        var fitted = record.Conversions.Where(conversion => conversion.Error is not null).ToArray();
        if (fitted.Length > 0)
        {
            text.Append("\nRelative error of a feed-forward network on tokens that no fit saw (mean over the networks), and the time of converting, saving and checking.\n\n");
            text.Append(Errors(fitted));
        }

        return text.ToString();
    }

    private static ReadmeTable Errors(IEnumerable<ReadmeDemoConversion> conversions)
    {
        var table = new ReadmeTable("", "error", "best experts of the split", "calibration tokens", "seconds");
        foreach (var conversion in conversions)
        {
            table.Add(
                conversion.Name,
                ReadmeTable.Number(conversion.Error, "0.000"),
                ReadmeTable.Number(conversion.CentredOracleError, "0.000"),
                ReadmeTable.Number(conversion.CalibrationTokens, "N0"),
                ReadmeTable.Number(conversion.Seconds, "0.0"));
        }

        return table;
    }
}
