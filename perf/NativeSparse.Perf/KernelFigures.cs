using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>The few figures that a record is judged by.</summary>
internal static class KernelFigures
{
    public static IEnumerable<(string Figure, double Value)> Of(KernelBenchResult result)
    {
        var rows = result.Rows.Where(row => row.Picked).ToArray();
        var dense = rows.Where(row => row is { Family: "dense", Precision: "float32", Cold: false }).ToArray();
        var peak = dense.Where(row => row is { Case: "768x3072", Tokens: 32 or 128 or 512 }).Select(row => row.ShareOfPeak);
        foreach (var figure in Median("dense, share of the measured peak, median over T = 32, 128, 512 at 768x3072", peak))
        {
            yield return figure;
        }

        foreach (var figure in Median("dense, times ONNX Runtime, median over all shapes and T", dense.Select(row => row.RatioToOnnxRuntime)))
        {
            yield return figure;
        }

        foreach (var precision in new[] { "int8", "int4" })
        {
            var networks = rows.Where(row => row.Family == "ffn" && row.Precision == precision).ToArray();
            foreach (var row in networks.Where(row => row.RatioToOnnxRuntime is not null))
            {
                yield return (
                    $"feed-forward network {row.Case}, {precision}, T = {row.Tokens}{(row.Cold ? " cold" : "")}, times ONNX Runtime at {precision}",
                    row.RatioToOnnxRuntime!.Value);
            }
        }

        foreach (var row in rows.Where(row => row.Family == "experts" && row.RatioToDense is not null))
        {
            yield return ($"experts {row.Case} {row.Precision}, T = {row.Tokens}, times own dense", row.RatioToDense!.Value);
            yield return ($"experts {row.Case} {row.Precision}, T = {row.Tokens}, times ONNX Runtime's dense network", row.RatioToOnnxRuntime ?? double.NaN);
        }

        foreach (var row in rows.Where(row => row.Family == "lowrank" && row.RatioToDense is not null))
        {
            yield return ($"low-rank experts {row.Case}, T = {row.Tokens}, times whole networks with the deltas merged", row.RatioToDense!.Value);
        }
    }

    private static IEnumerable<(string Figure, double Value)> Median(string figure, IEnumerable<double?> values)
    {
        var sorted = values.OfType<double>().Order().ToArray();
        if (sorted.Length > 0)
        {
            yield return (figure, (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2);
        }
    }
}
