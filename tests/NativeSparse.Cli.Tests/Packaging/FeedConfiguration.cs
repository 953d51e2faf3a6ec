using System.Text.RegularExpressions;
using System.Xml.Linq;

namespace NativeSparse.Cli.Tests.Packaging;

/// <summary>A nuget.config that takes our packages from one folder only and everything else from where this machine takes it.</summary>
internal static partial class FeedConfiguration
{
    private const string Feed = "packed";

    /// <summary>Writes it into a folder; the packages that this machine already has are used where they lie.</summary>
    public static async Task Write(string folder, string packages, IReadOnlyDictionary<string, string> environment)
    {
        var sources = await Ask(folder, environment, "nuget", "list", "source", "--format", "Detailed");
        var cache = await Ask(folder, environment, "nuget", "locals", "global-packages", "--list");
        var configuration = new XElement(
            "configuration",
            new XElement("packageSources", Add(Feed, packages)),
            new XElement("fallbackPackageFolders", Add("cache", CacheLine().Match(cache).Groups["folder"].Value.Trim())),
            new XElement(
                "packageSourceMapping",
                Mapping(Feed, "NativeSparse", "NativeSparse.*"),
                SourceLine().Matches(sources).Select(match => Mapping(match.Groups["name"].Value, "*"))));
        await File.WriteAllTextAsync(Path.Combine(folder, "nuget.config"), configuration.ToString());
    }

    private static XElement Add(string key, string value) => new("add", new XAttribute("key", key), new XAttribute("value", value));

    private static XElement Mapping(string source, params string[] patterns) => new(
        "packageSource",
        new XAttribute("key", source),
        patterns.Select(pattern => new XElement("package", new XAttribute("pattern", pattern))));

    private static async Task<string> Ask(string folder, IReadOnlyDictionary<string, string> environment, params string[] arguments)
    {
        var process = await ChildProcess.DotNet(folder, environment, CancellationToken.None, arguments);
        return process.ExitCode == 0 ? process.Out : throw new InvalidOperationException(process.ToString());
    }

    [GeneratedRegex(@"^\s*\d+\.\s+(?<name>.+?)\s+\[Enabled\]", RegexOptions.Multiline)]
    private static partial Regex SourceLine();

    [GeneratedRegex("global-packages:(?<folder>.+)")]
    private static partial Regex CacheLine();
}
