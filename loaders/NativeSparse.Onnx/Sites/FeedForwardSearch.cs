namespace NativeSparse.Onnx;

/// <summary>What <see cref="OnnxModel.FindFeedForwards"/> found.</summary>
/// <param name="Sites">The sites, in graph order; they do not overlap.</param>
/// <param name="Skipped">Linear pairs that look like a site and were not taken, each with the reason.</param>
public sealed record FeedForwardSearch(IReadOnlyList<FeedForwardSite> Sites, IReadOnlyList<SkippedLinears> Skipped);
