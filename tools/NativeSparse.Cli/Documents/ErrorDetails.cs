namespace NativeSparse.Cli.Documents;

/// <summary>What failed.</summary>
/// <param name="Kind">Name of the exception type.</param>
/// <param name="Message">What is wrong and what to do.</param>
/// <param name="Path">The file, when one is meant.</param>
/// <param name="Site">The site, node or tensor, when one is meant.</param>
internal sealed record ErrorDetails(string Kind, string Message, string? Path, string? Site);
