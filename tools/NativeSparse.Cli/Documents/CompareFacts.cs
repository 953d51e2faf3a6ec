namespace NativeSparse.Cli.Documents;

/// <summary>Outputs beside those of a file.</summary>
/// <param name="MaxAbs">Largest absolute difference of any element.</param>
/// <param name="MaxRel">Largest difference of an output relative to the largest expected value of that output.</param>
/// <param name="Within">Whether every element differs by at most atol + rtol x |expected|.</param>
internal sealed record CompareFacts(double MaxAbs, double MaxRel, bool Within);
