using System.IO.Compression;
using System.Text.Json;
using System.Xml.Linq;
using NativeSparse.Cli.Tests.Readme;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Cli.Tests.Packaging;

public sealed class PackageTests(PackageFeed feed) : IClassFixture<PackageFeed>
{
    private static readonly string[] Libraries = ["NativeSparse", "NativeSparse.Kernels", "NativeSparse.Onnx"];
    private static readonly string Model = Path.Combine(SharedData.RepositoryRoot, "tools", "NativeSparse.Cli", "Models", "novella", "model.onnx");

    [Fact]
    public void Packing_makes_three_libraries_and_the_tool_without_a_warning()
    {
        Assert.DoesNotContain("warning", feed.PackOutput(), StringComparison.OrdinalIgnoreCase);

        var names = Directory.GetFiles(feed.Packages).Select(file => Path.GetFileName(file)).Order(StringComparer.Ordinal);
        Assert.Equal(Libraries.Append("NativeSparse.Cli").Select(name => $"{name}.{feed.Version}.nupkg").Order(StringComparer.Ordinal), names);
    }

    [Fact]
    public void Every_package_describes_itself()
    {
        feed.PackOutput();
        foreach (var file in Directory.GetFiles(feed.Packages))
        {
            using var package = ZipFile.OpenRead(file);
            using var nuspec = package.Entries.Single(entry => entry.FullName.EndsWith(".nuspec", StringComparison.Ordinal)).Open();
            var metadata = XDocument.Load(nuspec).Root!.Elements().First(element => element.Name.LocalName == "metadata");
            string Value(string name) => metadata.Elements().SingleOrDefault(element => element.Name.LocalName == name)?.Value ?? "";

            Assert.Equal("MIT", Value("license"));
            Assert.Equal("README.md", Value("readme"));
            Assert.NotNull(package.GetEntry("README.md"));
            Assert.True(Value("description").Length > 40, file);
            var id = Value("id");
            Assert.True(!Libraries.Contains(id) || package.GetEntry($"lib/net10.0/{id}.xml") is not null, file);
        }
    }

    [Fact]
    public void The_tool_carries_natives_of_the_platforms_it_runs_on_only()
    {
        feed.PackOutput();
        using var package = ZipFile.OpenRead(Path.Combine(feed.Packages, $"NativeSparse.Cli.{feed.Version}.nupkg"));
        var platforms = package.Entries
            .Select(entry => entry.FullName.Split("/runtimes/"))
            .Where(parts => parts.Length == 2)
            .Select(parts => parts[1].Split('/')[0])
            .ToHashSet(StringComparer.Ordinal);

        Assert.Superset(new HashSet<string> { "linux-x64", "linux-arm64", "osx-arm64", "win-x64" }, platforms);
        Assert.DoesNotContain("android", platforms);
        Assert.DoesNotContain("ios", platforms);
    }

    [Fact]
    public async Task Readme_blocks_run_in_a_project_that_restores_the_library()
    {
        var blocks = ReadmeDocument.Blocks("csharp");
        Assert.NotEmpty(blocks);
        for (var i = 0; i < blocks.Count; i++)
        {
            var folder = feed.CreateFolder($"Embed{i}");
            await File.WriteAllTextAsync(Path.Combine(folder, $"Embed{i}.csproj"), Project(feed.Version), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(Path.Combine(folder, "Program.cs"), blocks[i], TestContext.Current.CancellationToken);

            var output = await feed.Run(folder, "dotnet", "run", "-c", "Release", "--", Model);

            Assert.Matches(@"logits: \[\d+, \d+, 2048\]", output);
            Assert.Matches(@"19 networks and linears on \S+, \d+ bytes", output);
        }
    }

    [Fact]
    public async Task The_tool_installs_and_answers()
    {
        var folder = feed.CreateFolder("tool");
        await feed.Run(folder, "dotnet", "tool", "install", "NativeSparse.Cli", "--version", feed.Version, "--tool-path", folder);
        var tool = Path.Combine(folder, OperatingSystem.IsWindows() ? "nativesparse.exe" : "nativesparse");

        var devices = await feed.Run(folder, tool, "devices");
        var inspection = JsonDocument.Parse(await feed.Run(folder, tool, "inspect", Model, "--json")).RootElement;

        Assert.Contains("reference", devices, StringComparison.Ordinal);
        Assert.Equal(6, inspection.GetProperty("sites").GetArrayLength());
    }

    private static string Project(string version) => $"""
        <Project Sdk="Microsoft.NET.Sdk">
          <PropertyGroup>
            <OutputType>Exe</OutputType>
            <TargetFramework>net10.0</TargetFramework>
            <ImplicitUsings>enable</ImplicitUsings>
            <Nullable>enable</Nullable>
            <TreatWarningsAsErrors>true</TreatWarningsAsErrors>
            <CreateHardLinksForCopyLocalIfPossible>true</CreateHardLinksForCopyLocalIfPossible>
          </PropertyGroup>
          <ItemGroup>
            <PackageReference Include="NativeSparse" Version="{version}" />
          </ItemGroup>
        </Project>
        """;
}
