using System.CommandLine;
using System.Globalization;

namespace NativeSparse.Cli.Options;

/// <summary>Rules of options that hold a number; text that is no number is left to the parser's own error.</summary>
internal static class NumberRule
{
    /// <summary>Refuses numbers below one.</summary>
    public static void RequirePositive(Option option) => RequireCount(option, int.MaxValue);

    /// <summary>Refuses numbers below one or above a bound.</summary>
    public static void RequireCount(Option option, int most) => option.Validators.Add(result =>
    {
        if (result.Tokens is not [var token] || !int.TryParse(token.Value, NumberStyles.Integer, CultureInfo.InvariantCulture, out var count))
        {
            return;
        }

        if (count < 1)
        {
            result.AddError($"{option.Name} must be at least 1.");
        }
        else if (count > most)
        {
            result.AddError($"{option.Name} must be at most {most}.");
        }
    });

    /// <summary>Refuses numbers that are negative, not finite or not numbers.</summary>
    public static void RequireTolerance(Option option) => option.Validators.Add(result =>
    {
        if (result.Tokens is [var token] && double.TryParse(token.Value, NumberStyles.Float, CultureInfo.InvariantCulture, out var value)
            && !(value >= 0 && double.IsFinite(value)))
        {
            result.AddError($"{option.Name} must be a finite number, at least 0.");
        }
    });
}
