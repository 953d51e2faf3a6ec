namespace NativeSparse.Onnx;

/// <summary>A model, tensor or plan file that cannot be read: says what, where, what was found and what was expected.</summary>
/// <param name="message">What is wrong, with what was found, what was wanted and what to do; the path is put before it.</param>
/// <param name="path">The file, when known.</param>
/// <param name="site">The node, tensor or field inside the file, when known.</param>
/// <param name="innerException">The cause, when there is one.</param>
public sealed class ModelFormatException(string message, string? path = null, string? site = null, Exception? innerException = null)
    : Exception(path is null || message.Contains(path, StringComparison.Ordinal) ? message : $"{path}: {message}", innerException)
{
    /// <summary>The file, when known.</summary>
    public string? Path { get; } = path;

    /// <summary>The node, tensor or field inside the file, when known.</summary>
    public string? Site { get; } = site;
}
