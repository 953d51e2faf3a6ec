namespace NativeSparse.Onnx.Tests.Model;

/// <summary>A folder of its own for one test, removed at the end.</summary>
internal sealed class TemporaryFolder : IDisposable
{
    internal string Root { get; } = Directory.CreateTempSubdirectory("nativesparse-").FullName;

    internal string At(params string[] parts) => Path.Combine([Root, .. parts]);

    internal string[] Names() => Directory.GetFileSystemEntries(Root).Select(entry => Path.GetFileName(entry)).Order(StringComparer.Ordinal).ToArray();

    public void Dispose() => Directory.Delete(Root, recursive: true);
}
