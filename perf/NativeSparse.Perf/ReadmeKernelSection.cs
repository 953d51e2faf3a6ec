using System.Globalization;
using System.Text;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>The kernels' part of a processor's results: one row for each shape, one column for each number of tokens.</summary>
internal static class ReadmeKernelSection
{
    private const string Dense = "dense";
    private const string Networks = "ffn";
    private const string Experts = "experts";
    private const string LowRank = "lowrank";
    private const string Float32 = "float32";
    private const string BFloat16 = "bfloat16";

    public static string Render(KernelBenchResult result)
    {
        var environment = result.Environment;
        var threads = environment.Threads == 1 ? "1 thread" : $"{environment.Threads} threads";
        var picked = result.Rows.Where(row => row.Picked && row.Threads == environment.Threads).ToArray();
        var text = new StringBuilder();
        text.Append(
            CultureInfo.InvariantCulture,
            $"Kernels, {threads} ({environment.Backend}, ONNX Runtime {environment.OnnxRuntime}, {environment.Runtime}; ");
        text.Append(
            CultureInfo.InvariantCulture,
            $"one core: {environment.PeakGflops:0.0} GFLOP/s of multiply-adds, {environment.ReadGBs:0.0} GB/s read), by tokens T.\n");

        foreach (var precision in picked.Select(row => row.Precision).Distinct())
        {
            var rows = picked.Where(row => row.Precision == precision).ToArray();
            var isFloat = precision is Float32 or BFloat16;
            var name = precision == Float32 ? "" : $", {precision}";
            Append(
                text,
                rows.Where(row => row.Family == Dense),
                isFloat
                    ? $"Dense products{name}: times ONNX Runtime's float32 MatMul (share of the multiply-add peak)"
                    : $"Dense products, {precision}: times ONNX Runtime's {Baseline(precision)} / its float32 (share of the {precision} peak)",
                row => $"{Theirs(row, isFloat)} ({ReadmeTable.Number(row.ShareOfPeak, "0.00")})");
            Append(
                text,
                rows.Where(row => row.Family == Networks),
                isFloat
                    ? $"Feed-forward networks, four with weights of their own{name}: times ONNX Runtime's float32"
                    : $"Feed-forward networks, {precision}: times ONNX Runtime's {Baseline(precision)} / its float32",
                row => Theirs(row, isFloat));
            var experts = rows.Where(row => row.Family == Experts).ToArray();
            var hasMoe = experts.Any(row => row.RatioToOnnxRuntimeMoe is not null);
            Append(
                text,
                experts,
                (isFloat
                    ? "Experts with router and top-k: times our own dense network / times ONNX Runtime's"
                    : $"Experts with router and top-k, {precision}: times our own dense {precision} network / times ONNX Runtime's {Baseline(precision)}")
                + (hasMoe ? $" / times its {(isFloat ? "MoE" : "QMoE")} operator" : ""),
                row => $"{ReadmeTable.Number(row.RatioToDense, "0.00")} / {ReadmeTable.Number(row.RatioToOnnxRuntime, "0.00")}"
                    + (hasMoe ? $" / {ReadmeTable.Number(row.RatioToOnnxRuntimeMoe, "0.00")}" : ""));
            Append(
                text,
                rows.Where(row => row.Family == LowRank),
                "Experts that share one network, with low-rank deltas: times whole networks with the deltas merged / times ONNX Runtime's MoE operator on these",
                row => $"{ReadmeTable.Number(row.RatioToDense, "0.00")} / {ReadmeTable.Number(row.RatioToOnnxRuntimeMoe, "0.00")}");
        }

        return text.Append(ReadmeSparsitySection.Render(picked)).ToString();
    }

    private static void Append(StringBuilder text, IEnumerable<KernelBenchRow> rows, string title, Func<KernelBenchRow, string> cell)
    {
        foreach (var group in rows.GroupBy(row => row.Cold ? row.Case + ", weights from memory" : row.Case).GroupBy(shape => string.Join(' ', Tokens(shape))))
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

    private static string Theirs(KernelBenchRow row, bool isFloat) => isFloat
        ? ReadmeTable.Number(row.RatioToOnnxRuntime, "0.00")
        : $"{ReadmeTable.Number(row.RatioToOnnxRuntime, "0.00")} / {ReadmeTable.Number(row.RatioToOnnxRuntimeFloat32, "0.00")}";

    private static string Baseline(string precision) => precision == "int4" ? "MatMulNBits" : $"dynamic {precision}";

    private static IEnumerable<int> Tokens(IEnumerable<KernelBenchRow> shape) => shape.Select(row => row.Tokens).Order();
}
