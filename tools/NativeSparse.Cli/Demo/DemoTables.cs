using System.Globalization;
using NativeSparse.Cli.Documents;
using Spectre.Console;

namespace NativeSparse.Cli.Demo;

/// <summary>The answer of <c>demo</c> for people.</summary>
internal static class DemoTables
{
    /// <summary>Writes it.</summary>
    public static void Write(IAnsiConsole console, DemoDocument document)
    {
        var environment = document.Environment;
        console.WriteLine(
            $"novella (5.3 M parameters, 6 layers) on {environment.Cpu}; {environment.Backend}; ONNX Runtime {environment.OnnxRuntime}. "
            + "Tokens a second; x: times ONNX Runtime's speed, same threads, medians of pairs taken in turns.");
        WriteRows(console, document.Rows);
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"prefill: 224 tokens at once; decode: one token after 64; perplexity on {document.HeldOutTokens:N0} held-out tokens (windows of 256)"));
        foreach (var conversion in document.Conversions)
        {
            console.WriteLine(Describe(conversion));
        }

        foreach (var remark in document.Remarks)
        {
            console.WriteLine($"note: {remark}");
        }

        WriteSamples(console, document.Samples);
    }

    private static void WriteRows(IAnsiConsole console, IReadOnlyList<DemoRow> rows)
    {
        foreach (var group in rows.GroupBy(row => row.Threads))
        {
            var table = new Table().Border(TableBorder.Simple).AddColumn(TextTables.Threads(group.Key))
                .AddFigures("prefill", "x", "decode", "x", "perplexity", "/ dense");
            foreach (var column in table.Columns)
            {
                column.PadRight(0);
            }

            foreach (var row in group)
            {
                table.AddRow(
                    Markup.Escape(row.Name),
                    Number(row.PrefillTokensPerSecond, "N0"),
                    Number(row.RatioPrefill, "0.00"),
                    Number(row.DecodeTokensPerSecond, "N0"),
                    Number(row.RatioDecode, "0.00"),
                    Number(row.Perplexity, "0.00"),
                    Number(row.PerplexityRatio, "0.000"));
            }

            console.WriteFigures(table);
        }
    }

    private static string Describe(DemoConversion conversion)
    {
        var text = string.Create(
            CultureInfo.InvariantCulture,
            $"{conversion.Name}: converted in {conversion.Seconds:0.0} s on {conversion.CalibrationTokens:N0} calibration tokens");
        return conversion.Error is not { } error
            ? text
            : string.Create(
                CultureInfo.InvariantCulture,
                $"{text}; mean error of a network's output {error:0.000} (the best choice of experts without a fit: {conversion.CentredOracleError:0.000})");
    }

    private static void WriteSamples(IAnsiConsole console, IReadOnlyList<DemoSample> samples)
    {
        foreach (var prompt in samples.GroupBy(sample => sample.Prompt))
        {
            console.WriteLine();
            console.WriteLine($"{prompt.Key} ...");
            foreach (var sample in prompt)
            {
                console.WriteLine($"  {sample.Name}: {string.Join(' ', sample.Text.Split('\n', StringSplitOptions.TrimEntries))}");
            }
        }
    }

    private static string Number(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
