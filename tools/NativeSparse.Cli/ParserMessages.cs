using System.Text.RegularExpressions;

namespace NativeSparse.Cli;

/// <summary>The parser's own messages in the words of this tool: it names .NET types.</summary>
internal static partial class ParserMessages
{
    /// <summary>The message without type names.</summary>
    public static string Plain(string message) => TypeError().Match(message) is { Success: true } error
        ? $"{error.Groups["what"].Value} is '{error.Groups["text"].Value}', expected {Kind(error.Groups["type"].Value)}."
        : message;

    private static string Kind(string type) =>
        type.Contains("Int", StringComparison.Ordinal) ? "a whole number"
        : type.Contains("Double", StringComparison.Ordinal) || type.Contains("Single", StringComparison.Ordinal) ? "a number"
        : type.Contains("Boolean", StringComparison.Ordinal) ? "true or false"
        : "another value";

    [GeneratedRegex(@"^Cannot parse argument '(?<text>.*)' for (?:option|command) '(?<what>[^']*)' as expected type '(?<type>.*)'\.$", RegexOptions.Singleline)]
    private static partial Regex TypeError();
}
