using NativeSparse.Testing;

namespace NativeSparse.Cli.Tests.Readme;

/// <summary>The fenced blocks of README.md.</summary>
internal static class ReadmeDocument
{
    private const string Fence = "```";

    /// <summary>The text of every block of one language, in order.</summary>
    public static IReadOnlyList<string> Blocks(string language)
    {
        var blocks = new List<string>();
        string? open = null;
        var lines = new List<string>();
        foreach (var line in File.ReadLines(Path.Combine(SharedData.RepositoryRoot, "README.md")))
        {
            if (open is null)
            {
                open = line.StartsWith(Fence, StringComparison.Ordinal) ? line[Fence.Length..].Trim() : null;
                lines.Clear();
            }
            else if (line == Fence)
            {
                if (open == language)
                {
                    blocks.Add(string.Join('\n', lines) + "\n");
                }

                open = null;
            }
            else
            {
                lines.Add(line);
            }
        }

        return open is null ? blocks : throw new InvalidDataException($"README.md: a block of '{open}' is not closed");
    }
}
