namespace NativeSparse.Cli.Documents;

/// <summary>Answer of <c>bench model</c>.</summary>
internal sealed record BenchModelDocument(BenchEnvironment Environment, int Rounds, IReadOnlyList<BenchModelRow> Rows);
