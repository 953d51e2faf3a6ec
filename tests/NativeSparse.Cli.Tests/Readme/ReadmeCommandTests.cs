using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Cli.Tests.Readme;

public sealed class ReadmeCommandTests
{
    private const string Tests = "dotnet test -c Release";
    private const string Run = "dotnet run -c Release --project ";
    private const string Tool = "tools/NativeSparse.Cli";
    private static readonly Dictionary<string, string> NoEnvironment = [];

    public static TheoryData<string> Blocks => [.. ReadmeDocument.Blocks("bash")];

    [Fact]
    public void The_two_commands_are_there()
    {
        var commands = ReadmeDocument.Blocks("bash");

        Assert.Contains($"{Run}{Tool} -- demo\n", commands);
        Assert.Contains($"{Tests}\n", commands);
    }

    [Theory]
    [MemberData(nameof(Blocks))]
    public async Task Every_command_does_what_it_says(string block)
    {
        using var folder = new TemporaryFolder();
        CopyModels(folder.Path);
        foreach (var command in block.Split('\n', StringSplitOptions.RemoveEmptyEntries))
        {
            // The command that runs this test cannot be run by it.
            if (command != Tests)
            {
                await Check(command, folder.Path);
            }
        }
    }

    private static async Task Check(string command, string folder)
    {
        Assert.StartsWith(Run, command, StringComparison.Ordinal);
        var words = command[Run.Length..].Split(' ');
        Assert.Equal(Tool, words[0]);
        Assert.True(File.Exists(Path.Combine(SharedData.RepositoryRoot, words[0], $"{Path.GetFileName(words[0])}.csproj")), command);
        Assert.Equal("--", words[1]);

        // What is built is run, rather than built again; the figures of a benchmark are not looked at here, so few rounds do.
        var tool = typeof(CommandLine).Assembly.Location;
        string[] fewer = words[2] == "bench" ? ["--rounds", "3"] : [];
        var process = await ChildProcess.DotNet(
            folder, NoEnvironment, TestContext.Current.CancellationToken, ["exec", tool, .. words[2..], .. fewer]);

        Assert.True(process.ExitCode == 0, process.ToString());
        Assert.False(string.IsNullOrWhiteSpace(process.Out), process.ToString());
        if (words[2] == "convert")
        {
            Assert.True(File.Exists(Path.Combine(folder, words[Array.IndexOf(words, "-o") + 1])), process.ToString());
        }
    }

    /// <summary>Commands name the model by its path in the working tree, and write beside it: they get a copy.</summary>
    private static void CopyModels(string folder)
    {
        foreach (var file in Directory.GetFiles(Path.Combine(SharedData.RepositoryRoot, Tool, "Models"), "*", SearchOption.AllDirectories))
        {
            var copy = Path.Combine(folder, Path.GetRelativePath(SharedData.RepositoryRoot, file));
            Directory.CreateDirectory(Path.GetDirectoryName(copy)!);
            File.Copy(file, copy);
        }
    }
}
