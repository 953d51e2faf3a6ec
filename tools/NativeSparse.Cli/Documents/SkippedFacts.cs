namespace NativeSparse.Cli.Documents;

/// <summary>Linears that look like a site and were left alone.</summary>
internal sealed record SkippedFacts(IReadOnlyList<string> Nodes, string Reason);
