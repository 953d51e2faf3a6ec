using System.Globalization;
using System.Text;
using System.Text.Json;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>Recorded results: one JSON file for programs, one table for people.</summary>
internal static class KernelRecord
{
    private static readonly JsonSerializerOptions Json = new()
    {
        PropertyNamingPolicy = JsonNamingPolicy.CamelCase,
        WriteIndented = true,
    };

    private static readonly (string Name, Func<KernelBenchRow, string> Cell)[] Columns =
    [
        ("family", row => row.Family),
        ("case", row => row.Cold ? row.Case + " cold" : row.Case),
        ("precision", row => row.Precision),
        ("T", row => Format(row.Tokens, "0")),
        ("backend", row => row.Backend),
        ("ms", row => Format(row.Milliseconds, "0.0000")),
        ("p10 ms", row => Format(row.P10Milliseconds, "0.0000")),
        ("x own dense", row => Format(row.RatioToDense, "0.00")),
        ("x own float32", row => Format(row.RatioToOwnFloat32, "0.00")),
        ("x ONNX Runtime", row => Format(row.RatioToOnnxRuntime, "0.00")),
        ("x its float32", row => Format(row.RatioToOnnxRuntimeFloat32, "0.00")),
        ("share of peak", row => Format(row.ShareOfPeak, "0.00")),
        ("share of read bandwidth", row => Format(row.ShareOfBandwidth, "0.00")),
        ("max error", row => Format(row.MaxError, "0.0e0")),
        ("bytes", row => Format(row.AllocatedBytes, "0")),
    ];

    /// <summary>Columns that only some machines and options have values for; a record made before them has none.</summary>
    private static readonly (string Name, Func<KernelBenchRow, string> Cell)[] OptionalColumns =
    [
        ("threads", row => row.Threads == 1 ? "" : Format(row.Threads, "0")),
        ("routed: x own dense", row => Format(row.RoutedRatioToDense, "0.00")),
        ("routed: x ONNX Runtime", row => Format(row.RoutedRatioToOnnxRuntime, "0.00")),
        ("x own int8", row => Format(row.RatioToOwnInt8, "0.00")),
        ("x ONNX Runtime spinning", row => Format(row.RatioToOnnxRuntimeSpinning, "0.00")),
        ("x its MoE", row => Format(row.RatioToOnnxRuntimeMoe, "0.00")),
        ("x reference", row => Format(row.RatioToReference, "0.00")),
        ("x plain loop", row => Format(row.RatioToPlainLoop, "0.00")),
        ("fastest other", row => row.FastestOther ?? ""),
        ("x fastest other", row => Format(row.RatioToFastestOther, "0.00")),
        ("note", row => row.Note?.ReplaceLineEndings(" ").Replace("|", "\\|", StringComparison.Ordinal) ?? ""),
    ];

    /// <summary>Writes <c>kernels.json</c> and <c>kernels.md</c>, with the thread count in the name where it is not one.</summary>
    public static void Write(KernelBenchResult result, string folder, int threads)
    {
        Directory.CreateDirectory(folder);
        var stem = Path.Combine(folder, threads == 1 ? "kernels" : $"kernels-{threads}-threads");
        File.WriteAllText($"{stem}.json", JsonSerializer.Serialize(result, Json) + "\n");
        File.WriteAllText($"{stem}.md", Render(result));
    }

    /// <summary>Reads what <see cref="Write"/> wrote.</summary>
    public static KernelBenchResult Read(string file) =>
        JsonSerializer.Deserialize<KernelBenchResult>(File.ReadAllText(file), Json)
        ?? throw new InvalidDataException($"{file}: expected a kernel record, got null");

    /// <summary>The table of a result, with the figures that are asked for above it.</summary>
    public static string Render(KernelBenchResult result)
    {
        var environment = result.Environment;
        var text = new StringBuilder();
        text.Append(CultureInfo.InvariantCulture, $"# Kernels on {environment.Cpu}\n\n");
        text.Append(CultureInfo.InvariantCulture, $"{environment.Threads} thread(s) of {environment.Cores} processors, {environment.Backend}, ");
        text.Append(CultureInfo.InvariantCulture, $"multiply-add peak {environment.PeakGflops:F1} GFLOP/s and {environment.ReadGBs:F1} GB/s read for one core, ");
        text.Append(CultureInfo.InvariantCulture, $"ONNX Runtime {environment.OnnxRuntime}, {environment.Runtime}.\n");
        text.Append("Times are medians of interleaved rounds; ratios are theirs over ours, round by round; experts include router and top-k (routed: they do not).\n\n");
        var targets = KernelTargets.Of(result);
        if (targets.Count > 0)
        {
            text.Append("What must be reached, and what is (the median of the cases of a row):\n\n").Append(KernelTargets.Render(targets)).Append('\n');
        }

        var columns = ColumnsOf(result.Rows);
        text.Append("| ").AppendJoin(" | ", columns.Select(column => column.Name)).Append(" |\n|").AppendJoin("|", columns.Select(_ => "---")).Append("|\n");
        foreach (var row in result.Rows)
        {
            text.Append("| ").AppendJoin(" | ", columns.Select(column => column.Cell(row))).Append(" |\n");
        }

        return text.ToString();
    }

    /// <summary>One row for the terminal.</summary>
    public static string Line(KernelBenchRow row) => string.Join("  ", ColumnsOf([row]).Select(column => $"{column.Name} {column.Cell(row)}"));

    private static (string Name, Func<KernelBenchRow, string> Cell)[] ColumnsOf(IReadOnlyList<KernelBenchRow> rows) =>
        [.. Columns, .. OptionalColumns.Where(column => rows.Any(row => column.Cell(row).Length > 0))];

    private static string Format(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";
}
