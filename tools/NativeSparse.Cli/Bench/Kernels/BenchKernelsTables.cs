using System.Globalization;
using NativeSparse.Cli.Documents;
using NativeSparse.Measurement;
using Spectre.Console;

namespace NativeSparse.Cli.Bench.Kernels;

/// <summary>The answer of <c>bench kernels</c> for people.</summary>
internal static class BenchKernelsTables
{
    /// <summary>Figures that only some cases and options have.</summary>
    private static readonly (string Name, string Meaning, Func<KernelBenchRow, double?> Value, string Format)[] OptionalColumns =
    [
        ("x ONNX Runtime spinning", "its threads spin between runs, its default; elsewhere they are stopped after each (session.force_spinning_stop)", row => row.RatioToOnnxRuntimeSpinning, "0.00"),
        ("routed: x dense", "x dense of the experts alone, router and top-k left out", row => row.RoutedRatioToDense, "0.00"),
        ("x its MoE", "ONNX Runtime's MoE operator (QMoE on the same integers at int8 and int4) over ours computing the same function (tanh GELU, softmax weights), router included", row => row.RatioToOnnxRuntimeMoe, "0.00"),
        ("x reference", "our plain loops on one thread over this", row => row.RatioToReference, "0.00"),
        ("x plain loop", "a loop over the edges on one thread, gather, multiply, scatter, over this", row => row.RatioToPlainLoop, "0.00"),
        ("x naive", "of a device: float32 kernels of one thread for each output, a plain loop, over this (of experts without the router)", row => row.RatioToNaive, "0.00"),
        ("to naive", "largest difference between their results and these, relative to the largest", row => row.DifferenceToNaive, "0.0e+0"),
        ("x other layout", "the fastest of the other layouts of these weights (dense, CSR, blocks) over the layout that is picked for them", row => row.RatioToFastestOtherLayout, "0.00"),
        ("x fastest other", "the fastest of the other backends of this run over the picked one", row => row.RatioToFastestOther, "0.00"),
    ];

    /// <summary>Writes it.</summary>
    public static void Write(IAnsiConsole console, BenchKernelsDocument document)
    {
        var environment = document.Environment;
        console.WriteLine(string.Create(
            CultureInfo.InvariantCulture,
            $"{environment.Cpu}, {TextTables.Threads(environment.Threads)}, ONNX Runtime {environment.OnnxRuntime}; one core: "
            + $"{environment.PeakGflops:0.0} GFLOP/s measured peak, {environment.ReadGBs:0.0} GB/s read"));
        var table = new Table().Border(TableBorder.Simple).AddColumns("family", "case", "precision").AddFigures("tokens").AddColumn("backend")
            .AddFigures("ms", "x dense", "x own float32", "x ONNX Runtime", "x its float32", "of peak", "of bandwidth", "error", "bytes a run");
        var optional = OptionalColumns.Where(column => document.Rows.Any(row => column.Value(row) is not null)).ToArray();
        table.AddFigures(optional.Select(column => column.Name));
        var hasLayouts = document.Rows.Any(row => row.PickedLayout is not null);
        if (hasLayouts)
        {
            table.AddColumn("picked layout");
        }

        foreach (var row in document.Rows)
        {
            table.AddRow(
            [
                row.Family,
                Markup.Escape(row.Cold ? row.Case + " cold" : row.Case),
                row.Precision,
                $"{row.Tokens}",
                row.Picked ? $"{row.Backend} (picked)" : row.Backend,
                row.Milliseconds.ToString("0.0000", CultureInfo.InvariantCulture),
                Number(row.RatioToDense, "0.00"),
                Number(row.RatioToOwnFloat32, "0.00"),
                Number(row.RatioToOnnxRuntime, "0.00"),
                Number(row.RatioToOnnxRuntimeFloat32, "0.00"),
                Number(row.ShareOfPeak, "0.00"),
                Number(row.ShareOfBandwidth, "0.00"),
                Number(row.MaxError, "0.0e+0"),
                $"{row.AllocatedBytes}",
                .. optional.Select(column => Number(column.Value(row), column.Format)),
                .. hasLayouts ? [row.PickedLayout ?? "-"] : Array.Empty<string>(),
            ]);
        }

        console.WriteFigures(table);
        console.WriteLine(
            "x: their time / ours, above 1 ours is faster; x dense: of experts the dense network that they are cut from, of lowrank whole networks with the deltas merged; of peak, of bandwidth: 1 is the measured value, and what stays in the caches reads at more than 1; "
            + "error: largest difference to float64, relative to the largest value; bytes a run: allocated on the managed heap");
        if (optional.Length > 0)
        {
            console.WriteLine(string.Join("; ", optional.Select(column => $"{column.Name}: {column.Meaning}")));
        }

        WriteNotes(console, document);
        WriteCosts(console, document);
    }

    /// <summary>Each note once, under the table.</summary>
    private static void WriteNotes(IAnsiConsole console, BenchKernelsDocument document)
    {
        foreach (var notes in document.Rows.Where(row => row.Note is not null).GroupBy(row => row.Note))
        {
            console.WriteLine($"{string.Join(", ", notes.Select(row => $"{row.Case}, {row.Tokens} tokens").Distinct())}: {notes.Key}");
        }
    }

    private static void WriteCosts(IAnsiConsole console, BenchKernelsDocument document)
    {
        foreach (var costs in document.SparseCosts)
        {
            var origin = costs.WasKept ? $"costs kept in {costs.File} (--measure-costs measures anew)"
                : costs.File is null ? "costs measured now and not kept"
                : $"costs measured now and kept in {costs.File}";
            console.WriteLine($"picked layout at {costs.Precision}: by {origin}{(costs.Reason is null ? "" : $"; {costs.Reason}")}");
        }
    }

    private static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "-";
}
