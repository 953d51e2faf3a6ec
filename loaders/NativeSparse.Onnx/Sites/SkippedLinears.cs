namespace NativeSparse.Onnx;

/// <summary>Linear nodes that look like a feed-forward network and were left dense.</summary>
/// <param name="Nodes">The linear nodes, first to last.</param>
/// <param name="Reason">Why, in one sentence.</param>
public sealed record SkippedLinears(IReadOnlyList<string> Nodes, string Reason);
