using NativeSparse.Testing;

namespace NativeSparse.Cli.Tests;

/// <summary>The default model as it lies in the repository.</summary>
internal static class DefaultModel
{
    /// <summary>Its folder.</summary>
    public static string Folder => System.IO.Path.Combine(SharedData.RepositoryRoot, "tools", "NativeSparse.Cli", "Models", "novella");

    /// <summary>The model file.</summary>
    public static string Model => System.IO.Path.Combine(Folder, "model.onnx");
}
