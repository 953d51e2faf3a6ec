namespace NativeSparse.Cli.Documents;

/// <summary>One output of a run.</summary>
internal sealed record OutputFacts(string Name, IReadOnlyList<long> Shape, string Dtype);
