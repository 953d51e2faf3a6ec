namespace NativeSparse.Cli;

/// <summary>Options that belong to the contract of the command line but not to this version.</summary>
internal static class LaterOptions
{
    private static readonly string[] Names =
    [
        "--min-quality", "--max-error", "--target-speedup", "--attention", "--tokens", "--choices",
        "--allow-batch-dependent", "--report",
    ];

    /// <summary>One sentence for each such option on the command line.</summary>
    public static IReadOnlyList<string> Explain(IReadOnlyList<string> arguments) =>
        [.. Names.Where(name => arguments.Any(token => token == name || token.StartsWith(name + "=", StringComparison.Ordinal)))
            .Select(name => $"Option '{name}' is not in this version of nativesparse.")];
}
