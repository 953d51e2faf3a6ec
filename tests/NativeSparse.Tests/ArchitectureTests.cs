using System.Reflection;
using System.Xml.Linq;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Tests;

/// <summary>Who may call whom: kernels and loaders know neither each other nor the engine, the engine knows no tool.</summary>
public sealed class ArchitectureTests
{
    private static readonly Dictionary<string, string[]> Allowed = new()
    {
        ["kernels"] = [],
        ["loaders"] = [],
        ["engine"] = ["kernels", "loaders"],
        ["tools"] = ["kernels", "loaders", "engine"],
        ["perf"] = ["kernels", "loaders", "engine"],
        ["tests"] = ["kernels", "loaders", "engine", "tools", "perf", "tests"],
    };

    [Fact]
    public void Project_references_point_the_right_way()
    {
        var projects = Directory.GetFiles(SharedData.RepositoryRoot, "*.csproj", SearchOption.AllDirectories)
            .Where(path => !path.Contains($"{Path.DirectorySeparatorChar}artifacts{Path.DirectorySeparatorChar}", StringComparison.Ordinal))
            .ToList();
        Assert.True(projects.Count >= 9);
        foreach (var project in projects)
        {
            var allowed = Allowed[Room(project)];
            foreach (var reference in XDocument.Load(project).Descendants("ProjectReference"))
            {
                var target = Path.GetFullPath(Path.Combine(Path.GetDirectoryName(project)!, reference.Attribute("Include")!.Value));
                Assert.True(allowed.Contains(Room(target)), $"{project} must not reference {target}");
            }
        }
    }

    [Theory]
    [InlineData("NativeSparse.Kernels", "NativeSparse", "NativeSparse.Onnx", "Google.Protobuf", "Microsoft.ML.OnnxRuntime")]
    [InlineData("NativeSparse.Onnx", "NativeSparse", "NativeSparse.Kernels")]
    [InlineData("NativeSparse", "NativeSparse.Cli", "NativeSparse.Perf", "System.CommandLine", "Spectre.Console")]
    public void Assemblies_know_only_what_they_may(string assembly, params string[] forbidden)
    {
        var references = Assembly.Load(assembly).GetReferencedAssemblies().Select(name => name.Name!);
        Assert.Empty(references.Intersect(forbidden));
    }

    private static string Room(string path) =>
        Path.GetRelativePath(SharedData.RepositoryRoot, path).Split(Path.DirectorySeparatorChar, '/')[0];
}
