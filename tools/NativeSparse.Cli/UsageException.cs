namespace NativeSparse.Cli;

/// <summary>Options that parse one by one but do not go together.</summary>
/// <param name="message">Which options, and what to write instead.</param>
internal sealed class UsageException(string message) : Exception(message);
