using System.Globalization;
using System.Text;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>The kernels' part of a processor's results: one row for each shape, one column for each number of tokens.</summary>
internal static class ReadmeKernelSection
{
    private const string Dense = "dense";
    private const string Experts = "experts";

    public static string Render(KernelBenchResult result)
    {
        var environment = result.Environment;
        var threads = environment.Threads == 1 ? "1 thread" : $"{environment.Threads} threads";
        var picked = result.Rows.Where(row => row.Picked).ToArray();
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"Kernels, {threads} ({environment.Backend}, ONNX Runtime {environment.OnnxRuntime}, {environment.Runtime}; ");
        text.Append(
            CultureInfo.InvariantCulture,
            $"one core: {environment.PeakGflops:0.0} GFLOP/s of multiply-adds, {environment.ReadGBs:0.0} GB/s read), by tokens T.\n");

        Append(
            text,
            picked.Where(row => row.Family == Dense),
            "Dense products: times ONNX Runtime's MatMul (share of the multiply-add peak)",
            row => $"{ReadmeTable.Number(row.RatioToOnnxRuntime, "0.00")} ({ReadmeTable.Number(row.ShareOfPeak, "0.00")})");
        Append(
            text,
            picked.Where(row => row.Family == Experts),
            "Experts with router and top-k: times our own dense network / times ONNX Runtime's",
            row => $"{ReadmeTable.Number(row.RatioToDense, "0.00")} / {ReadmeTable.Number(row.RatioToOnnxRuntime, "0.00")}");
        return text.ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<KernelBenchRow> rows, string title, Func<KernelBenchRow, string> cell)
    {
        foreach (var group in rows.GroupBy(row => row.Case).GroupBy(shape => string.Join(' ', Tokens(shape))))
        {
            int[] tokens = [.. Tokens(group.First())];
            var table = new ReadmeTable([title, .. tokens.Select(count => string.Create(CultureInfo.InvariantCulture, $"T = {count}"))]);
            foreach (var shape in group)
            {
                var byTokens = shape.ToDictionary(row => row.Tokens);
                table.Add([shape.Key, .. tokens.Select(count => cell(byTokens[count]))]);
            }

            text.Append('\n').Append(table);
        }
    }

    private static IEnumerable<int> Tokens(IEnumerable<KernelBenchRow> shape) => shape.Select(row => row.Tokens).Order();
}
