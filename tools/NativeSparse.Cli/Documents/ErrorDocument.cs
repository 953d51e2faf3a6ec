namespace NativeSparse.Cli.Documents;

/// <summary>The JSON answer of a command that failed.</summary>
internal sealed record ErrorDocument(ErrorDetails Error);
