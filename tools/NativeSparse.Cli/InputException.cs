namespace NativeSparse.Cli;

/// <summary>Data given to a command that do not fit the model.</summary>
/// <param name="message">What was found, what was wanted and what to do.</param>
/// <param name="path">The file, when there is one.</param>
internal sealed class InputException(string message, string? path = null) : Exception(message)
{
    /// <summary>The file, when there is one.</summary>
    public string? Path { get; } = path;
}
