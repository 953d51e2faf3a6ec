using System.Globalization;
using NativeSparse.Cli.Documents;

namespace NativeSparse.Cli.Demo;

/// <summary>What the demo's table shows that a reader should not overlook.</summary>
internal static class DemoRemarks
{
    private const double Noise = 0.97;

    /// <summary>A sentence for each thing that is slower than ONNX Runtime.</summary>
    public static IReadOnlyList<string> For(IReadOnlyList<DemoRow> rows)
    {
        var remarks = new List<string>();
        foreach (var row in rows)
        {
            Add(remarks, row, "prefill", row.RatioPrefill);
            Add(remarks, row, "decoding", row.RatioDecode);
        }

        return remarks;
    }

    private static void Add(List<string> remarks, DemoRow row, string what, double ratio)
    {
        if (ratio < Noise)
        {
            remarks.Add(string.Create(
                CultureInfo.InvariantCulture, $"{row.Name}: {what} with {TextTables.Threads(row.Threads)} is slower than ONNX Runtime ({ratio:0.00} x its speed)"));
        }
    }
}
