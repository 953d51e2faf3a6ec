using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Cli.Tests.Packaging;

/// <summary>A folder feed with the packages of this working tree, under a version that no other feed and no cache has.</summary>
public sealed class PackageFeed : IAsyncLifetime
{
    // What restore and install say when a source does not answer.
    private const string Unreachable = "NU1301";
    private readonly TemporaryFolder _folder = new();
    private ChildProcess? _pack;

    /// <summary>The version of the packages.</summary>
    public string Version { get; } = $"0.0.0-test.{Guid.NewGuid():N}";

    /// <summary>The folder of the packages.</summary>
    public string Packages => _folder.File("feed");

    /// <summary>English answers, no process that outlives its command, and packages unpacked into a folder that goes away.</summary>
    private Dictionary<string, string> Environment { get; } = new()
    {
        ["DOTNET_CLI_UI_LANGUAGE"] = "en",
        ["DOTNET_NOLOGO"] = "1",
        ["MSBUILDDISABLENODEREUSE"] = "1",
        ["UseSharedCompilation"] = "false",
    };

    /// <summary>Packs.</summary>
    public async ValueTask InitializeAsync()
    {
        Directory.CreateDirectory(Packages);
        await FeedConfiguration.Write(_folder.Path, Packages, Environment);

        // Own build outputs: a restore for this version must not replace that of the working tree. Analyzers have judged the source already.
        _pack = await ChildProcess.DotNet(
            SharedData.RepositoryRoot,
            Environment,
            CancellationToken.None,
            [
                "pack", "-c", "Release", "-o", Packages, $"-p:Version={Version}", $"-p:ArtifactsPath={_folder.File("artifacts")}",
                "-p:RunAnalyzers=false", "-p:CreateHardLinksForCopyLocalIfPossible=true",
            ]);
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync()
    {
        _folder.Dispose();
        return ValueTask.CompletedTask;
    }

    /// <summary>What packing printed; fails where it failed.</summary>
    internal string PackOutput()
    {
        RequireSuccess(_pack!);
        return _pack!.Out;
    }

    /// <summary>A new folder whose commands restore from this feed.</summary>
    internal string CreateFolder(string name) => Directory.CreateDirectory(_folder.File(name)).FullName;

    /// <summary>Runs a program in such a folder; fails with what it wrote when it fails, and skips when that was the registry.</summary>
    internal async Task<string> Run(string folder, string program, params string[] arguments)
    {
        PackOutput();
        var environment = new Dictionary<string, string>(Environment) { ["NUGET_PACKAGES"] = _folder.File("packages") };
        var process = await ChildProcess.Run(program, folder, environment, TestContext.Current.CancellationToken, arguments);
        RequireSuccess(process);
        return process.Out;
    }

    private static void RequireSuccess(ChildProcess process)
    {
        Assert.SkipWhen(
            process.ExitCode != 0 && $"{process.Out}{process.Error}".Contains(Unreachable, StringComparison.Ordinal),
            "skipped: the package registry cannot be reached");
        Assert.True(process.ExitCode == 0, process.ToString());
    }
}
