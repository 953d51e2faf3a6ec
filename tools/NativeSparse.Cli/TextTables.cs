using Spectre.Console;

namespace NativeSparse.Cli;

/// <summary>Tables of figures and the words beside them.</summary>
internal static class TextTables
{
    /// <summary>Wider than any table of ours.</summary>
    private const int WidestTable = 400;

    /// <summary>Writes a table of figures: a terminal that is narrower wraps whole lines, no figure and no name is broken inside its column.</summary>
    public static void WriteFigures(this IAnsiConsole console, Table table)
    {
        var width = console.Profile.Width;
        console.Profile.Width = Math.Max(width, WidestTable);
        try
        {
            console.Write(table);
        }
        finally
        {
            console.Profile.Width = width;
        }
    }

    /// <summary>Adds columns of figures, aligned to the right.</summary>
    public static Table AddFigures(this Table table, params IEnumerable<string> headers)
    {
        foreach (var header in headers)
        {
            table.AddColumn(new TableColumn(header).RightAligned());
        }

        return table;
    }

    /// <summary>A number of threads, in words.</summary>
    public static string Threads(int count) => count == 1 ? "1 thread" : $"{count} threads";
}
