using System.CommandLine;
using System.Globalization;

namespace NativeSparse.Cli.Options;

/// <summary>The rule of options that count something.</summary>
internal static class CountRule
{
    /// <summary>Refuses numbers below one; text that is no number is left to the parser's own error.</summary>
    public static void RequirePositive(Option option) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var count) && count < 1)
        {
            result.AddError($"{option.Name} must be at least 1.");
        }
    });
}
