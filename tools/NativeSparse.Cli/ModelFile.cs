namespace NativeSparse.Cli;

/// <summary>Files named on the command line.</summary>
internal static class ModelFile
{
    /// <summary>The path, when the file exists.</summary>
    /// <exception cref="FileNotFoundException">It does not.</exception>
    /// <exception cref="InputException">It is a folder.</exception>
    public static string Require(string path) => Require(path, "an ONNX file");

    /// <summary>The same for a file of another kind.</summary>
    /// <exception cref="FileNotFoundException">It does not exist.</exception>
    /// <exception cref="InputException">It is a folder.</exception>
    public static string Require(string path, string kind) =>
        File.Exists(path) ? path
        : Directory.Exists(path) ? throw new InputException($"'{path}' is a folder, expected {kind}", path)
        : throw new FileNotFoundException($"file '{path}' does not exist", path);

    /// <summary>Bytes of a model file and of the data files beside it that begin with its name.</summary>
    public static long Bytes(string path)
    {
        var folder = Path.GetDirectoryName(Path.GetFullPath(path))!;
        return Directory.GetFiles(folder, $"{Path.GetFileName(path)}*")
            .Where(file => Path.GetFileName(file) == Path.GetFileName(path) || file.EndsWith("data", StringComparison.Ordinal))
            .Sum(file => new FileInfo(file).Length);
    }
}
