using System.Globalization;
using System.Text;

namespace NativeSparse.Perf;

/// <summary>A Markdown table: the first column is text, the others are numbers.</summary>
internal sealed class ReadmeTable(params string[] header)
{
    private readonly List<string[]> _rows = [];

    public static string Number(double? value, string format) => value?.ToString(format, CultureInfo.InvariantCulture) ?? "";

    public void Add(params string[] cells)
    {
        ArgumentOutOfRangeException.ThrowIfNotEqual(cells.Length, header.Length);
        _rows.Add(cells);
    }

    public override string ToString()
    {
        var text = new StringBuilder();
        AppendLine(text, header);
        text.Append("|---|").AppendJoin("|", header.Skip(1).Select(_ => "---:")).Append("|\n");
        foreach (var row in _rows)
        {
            AppendLine(text, row);
        }

        return text.ToString();
    }

    private static void AppendLine(StringBuilder text, string[] cells) => text.Append("| ").AppendJoin(" | ", cells).Append(" |\n");
}
