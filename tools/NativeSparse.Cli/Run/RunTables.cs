using System.Globalization;
using NativeSparse.Cli.Documents;
using Spectre.Console;

namespace NativeSparse.Cli.Run;

/// <summary>The answer of <c>run</c> for people.</summary>
internal static class RunTables
{
    /// <summary>Writes it.</summary>
    public static void Write(IAnsiConsole console, RunDocument document)
    {
        var table = new Table().Border(TableBorder.Simple).AddColumns("output", "shape", "dtype");
        foreach (var output in document.Outputs)
        {
            table.AddRow(Markup.Escape(output.Name), Markup.Escape($"[{string.Join(", ", output.Shape)}]"), output.Dtype);
        }

        console.WriteFigures(table);
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{document.Backend}, {document.Sites} sites on our kernels, {TextTables.Threads(document.Threads)}: {document.Milliseconds:0.000} ms, "
            + $"{document.BytesAllocatedPerRun} managed bytes allocated a run"));
        if (document.Compare is { } compare)
        {
            var verdict = compare.Within ? "within the tolerance" : "OUTSIDE the tolerance";
            console.WriteLine(string.Create(
                CultureInfo.InvariantCulture,
                $"compared: largest difference {compare.MaxAbs:0.00e+0} (relative to the largest value {compare.MaxRel:0.00e+0}), {verdict}"));
            if (compare.Outside is { } outside)
            {
                console.WriteLine($"first outside (--atol, --rtol say how much is allowed): {outside}");
            }

            List<string> parts = [];
            Add(parts, "relative L2 error", compare.RelativeError, "0.00e+0");
            Add(parts, "mean cosine of output rows", compare.Cosine, "0.000000");
            Add(parts, "top-1 agreement", compare.ArgmaxAgreement, "P1");
            if (parts.Count > 0)
            {
                console.WriteLine(string.Join(", ", parts));
            }
        }
    }

    private static void Add(List<string> parts, string name, double? value, string format)
    {
        if (value is { } number)
        {
            parts.Add($"{name} {number.ToString(format, CultureInfo.InvariantCulture)}");
        }
    }
}
