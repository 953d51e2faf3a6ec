namespace NativeSparse.Cli.Documents;

/// <summary>Answer of <c>demo</c>.</summary>
/// <param name="Environment">Where times were taken; the threads are the most of any row.</param>
/// <param name="Conversions">What each conversion did.</param>
/// <param name="HeldOutTokens">Tokens that the perplexities are measured on.</param>
/// <param name="Rows">One row for each runner and number of threads.</param>
/// <param name="Samples">Generated text.</param>
/// <param name="Remarks">What is slower, or otherwise worth knowing.</param>
internal sealed record DemoDocument(
    BenchEnvironment Environment,
    IReadOnlyList<DemoConversion> Conversions,
    int HeldOutTokens,
    IReadOnlyList<DemoRow> Rows,
    IReadOnlyList<DemoSample> Samples,
    IReadOnlyList<string> Remarks);
