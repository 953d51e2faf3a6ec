namespace NativeSparse.Cli.Documents;

/// <summary>A model file.</summary>
internal sealed record ModelFacts(string Path, string Producer, long Opset, long Parameters, long FeedForwardParameters);
