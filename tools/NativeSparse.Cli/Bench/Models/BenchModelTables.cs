using System.Globalization;
using NativeSparse.Cli.Documents;
using Spectre.Console;

namespace NativeSparse.Cli.Bench.Models;

/// <summary>The answer of <c>bench model</c> for people.</summary>
internal static class BenchModelTables
{
    /// <summary>Writes it.</summary>
    public static void Write(IAnsiConsole console, BenchModelDocument document)
    {
        var environment = document.Environment;
        console.WriteLine(
            $"{environment.Cpu}, {TextTables.Threads(environment.Threads)}, {environment.Backend}, ONNX Runtime {environment.OnnxRuntime}; {document.Rounds} rounds in turns");
        var table = new Table().Border(TableBorder.Simple).AddColumns("runner", "form", "file", "shape")
            .AddFigures("ms", "x ONNX Runtime", "95 % interval", "x its int8", "cosine", "5th percentile", "relative error", "largest difference", "top-1", "active");
        foreach (var row in document.Rows)
        {
            table.AddRow(
                row.Name,
                row.Form is null ? "-" : $"{row.Form} {row.Precision}",
                Markup.Escape(Path.GetFileName(row.File)),
                row.Shape,
                row.Milliseconds.ToString("0.000", CultureInfo.InvariantCulture),
                Number(row.RatioToOnnxRuntime, "0.00"),
                row.RatioLower is null ? "-" : $"{Number(row.RatioLower, "0.00")} - {Number(row.RatioUpper, "0.00")}",
                Number(row.RatioToOnnxRuntimeInt8, "0.00"),
                Number(row.Cosine, "0.000000"),
                Number(row.CosineP5, "0.000000"),
                Number(row.RelativeError, "0.0e+0"),
                Number(row.MaxAbs, "0.0e+0"),
                Number(row.ArgmaxAgreement, "P1"),
                row.ActiveShare.ToString("P0", CultureInfo.InvariantCulture));
        }

        console.WriteFigures(table);
        console.WriteLine(
            "x ONNX Runtime: its time / this, above 1 this is faster; x its int8: the same against its dynamic int8 per channel, made of the file as its tools do (per tensor: one scale a weight, their default); cosine: rows of the first output against ONNX Runtime's, mean and 5th percentile; "
            + "relative error: L2 norm of the difference over that of ONNX Runtime's values; top-1: share of rows whose largest value is at the same place, of logits, scores and probabilities; "
            + "active: share of the hidden neurons that run for a token");
        if (BenchedModelList.SaturatesProducts && document.Rows.Any(row => row.Name == BenchedModel.DynamicInt8))
        {
            console.WriteLine(
                "per channel: with weights of 7 bits (its tools' reduce_range), as this processor has no VNNI and ONNX Runtime's sums of pairs of 8-bit products saturate at 16 bits; per tensor: 8 bits, the default");
        }
    }

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
