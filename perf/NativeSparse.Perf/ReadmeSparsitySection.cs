using System.Text;
using NativeSparse.Measurement;

namespace NativeSparse.Perf;

/// <summary>Sparse, block-diagonal and row-sparse products and graphs: medians over the shapes and numbers of tokens, one column for each degree.</summary>
internal static class ReadmeSparsitySection
{
    private const string ChannelMajor = "channel-major";
    private const string Ratios = "times our own dense product / times ONNX Runtime's";

    /// <param name="rows">Rows of one number of threads on the picked backend.</param>
    public static string Render(IReadOnlyList<KernelBenchRow> rows)
    {
        var text = new StringBuilder();
        var sparse = rows.Where(row => row.Family == "sparse").ToLookup(row => row.Case.EndsWith(ChannelMajor, StringComparison.Ordinal));
        Append(
            text,
            $"Sparse products by zeros: {Ratios}, medians",
            [.. sparse[false].Where(row => Words(row).Length == 3)],
            row => $"{Words(row)[2]} {row.Precision}",
            row => $"{Words(row)[1]} %");
        Append(
            text, $"2:4 sparsity: {Ratios}", [.. sparse[false].Where(row => Words(row).Length == 2)], row => $"{Words(row)[0]} {row.Precision}", row => $"T = {row.Tokens}");
        AppendConvolutions(text, [.. sparse[true]]);
        Append(
            text,
            $"Block-diagonal products: {Ratios}, medians",
            [.. rows.Where(row => row.Family == "blockdiagonal")],
            row => row.Precision,
            row => $"{Words(row)[2]} blocks");
        Append(
            text,
            $"Sparse activations, one token with weights from memory: {Ratios}",
            [.. rows.Where(row => row is { Family: "rowsparse", Cold: true })],
            row => $"{Words(row)[0]} {row.Precision}",
            row => $"{Words(row)[1]} % active");
        AppendGraphs(text, [.. rows.Where(row => row.Family == "semiring")]);
        return text.ToString();
    }

    /// <summary>The parts of a case's name, percent signs left out: <c>768x3072, 70, 4x1</c>, <c>768x3072, 2:4</c>, <c>768x3072, in, 4, blocks</c>.</summary>
    private static string[] Words(KernelBenchRow row) => [.. row.Case.Split(' ').Where(word => word != "%")];

    private static void Append(
        StringBuilder text, string title, KernelBenchRow[] rows, Func<KernelBenchRow, string> line, Func<KernelBenchRow, string> column)
    {
        foreach (var group in rows.GroupBy(line).GroupBy(cells => string.Join('|', cells.Select(column).Distinct())))
        {
            string[] columns = group.Key.Split('|');
            var table = new ReadmeTable([title, .. columns]);
            foreach (var cells in group)
            {
                table.Add([cells.Key, .. columns.Select(name => Cell([.. cells.Where(row => column(row) == name)]))]);
            }

            text.Append('\n').Append(table);
        }
    }

    private static string Cell(KernelBenchRow[] rows) =>
        $"{ReadmeTable.Number(Median(rows, row => row.RatioToDense), "0.00")} / {ReadmeTable.Number(Median(rows, row => row.RatioToOnnxRuntime), "0.00")}";

    private static void AppendConvolutions(StringBuilder text, KernelBenchRow[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        var table = new ReadmeTable("1x1 convolutions of MobileNetV2 with 90 % zeros, the sum over its shapes", "times own dense", "times ONNX Runtime's Conv");
        foreach (var blocks in rows.GroupBy(row => row.Case.Split(' ')[^2]))
        {
            table.Add($"blocks of {blocks.Key}", Sum(blocks, row => row.RatioToDense), Sum(blocks, row => row.RatioToOnnxRuntime));
        }

        text.Append('\n').Append(table);
    }

    private static void AppendGraphs(StringBuilder text, KernelBenchRow[] rows)
    {
        if (rows.Length == 0)
        {
            return;
        }

        var table = new ReadmeTable("Message passing over 10,000 nodes: columns by edges a node", "times a plain loop over the edges");
        foreach (var row in rows)
        {
            table.Add(row.Case, ReadmeTable.Number(row.RatioToPlainLoop, "0.0"));
        }

        text.Append('\n').Append(table);
    }

    private static string Sum(IEnumerable<KernelBenchRow> rows, Func<KernelBenchRow, double?> ratio) =>
        ReadmeTable.Number(rows.Sum(row => row.Milliseconds * ratio(row)) / rows.Sum(row => row.Milliseconds), "0.00");

    private static double? Median(KernelBenchRow[] rows, Func<KernelBenchRow, double?> ratio)
    {
        double[] sorted = [.. rows.Select(ratio).OfType<double>().Order()];
        return sorted.Length == 0 ? null : (sorted[(sorted.Length - 1) / 2] + sorted[sorted.Length / 2]) / 2;
    }
}
