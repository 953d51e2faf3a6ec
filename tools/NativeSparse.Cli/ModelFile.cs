namespace NativeSparse.Cli;

/// <summary>Files named on the command line.</summary>
internal static class ModelFile
{
    /// <summary>The path, when the file exists.</summary>
    /// <exception cref="FileNotFoundException">It does not.</exception>
    public static string Require(string path) =>
        File.Exists(path) ? path : throw new FileNotFoundException($"file '{path}' does not exist", path);
}
