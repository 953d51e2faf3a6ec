namespace NativeSparse.Perf;

/// <summary>One runner of a demo with one number of threads; numbers that were not finite are null.</summary>
internal sealed record ReadmeDemoRow(
    string Name,
    int Threads,
    double? PrefillTokensPerSecond,
    double? DecodeTokensPerSecond,
    double? RatioPrefill,
    double? RatioDecode,
    double? Perplexity,
    double? PerplexityRatio,
    double? ActiveShare);
