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
            $"prefill: 1x224 tokens; decode: one token after 64; perplexity on {document.HeldOutTokens:N0} held-out tokens (windows of 256)"));
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
        int[] threads = [.. rows.Select(row => row.Threads).Distinct()];
        var table = new Table().Border(TableBorder.Simple).AddColumn("");
        foreach (var count in threads)
        {
            var unit = count == 1 ? "1 thread" : $"{count} threads";
            table.AddColumns($"prefill, {unit}", "x", $"decode, {unit}", "x");
        }

        table.AddColumns("perplexity", "/ dense");
        foreach (var runner in rows.GroupBy(row => row.Name))
        {
            var cells = new List<string> { runner.Key };
            foreach (var row in runner)
            {
                cells.Add(Number(row.PrefillTokensPerSecond, "N0"));
                cells.Add(Number(row.RatioPrefill, "0.00"));
                cells.Add(Number(row.DecodeTokensPerSecond, "N0"));
                cells.Add(Number(row.RatioDecode, "0.00"));
            }

            cells.Add(Number(runner.First().Perplexity, "0.00"));
            cells.Add(Number(runner.First().PerplexityRatio, "0.000"));
            table.AddRow([.. cells.Select(Markup.Escape)]);
        }

        console.Write(table);
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
                $"{text}; mean error of a site {error:0.000} (centred oracle {conversion.CentredOracleError:0.000})");
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
