namespace NativeSparse.Cli.Tests;

/// <summary>A folder that goes away.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    private readonly DirectoryInfo _folder = Directory.CreateTempSubdirectory("nativesparse-cli-");

    /// <summary>Its path.</summary>
    public string Path => _folder.FullName;

    /// <summary>A file in it.</summary>
    public string File(string name) => System.IO.Path.Combine(Path, name);

    /// <inheritdoc/>
    public void Dispose() => _folder.Delete(recursive: true);
}
