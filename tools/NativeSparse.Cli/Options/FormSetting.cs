using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using NativeSparse.Forms;

namespace NativeSparse.Cli.Options;

/// <summary>One option of one or several forms, as the engine's catalog lists it.</summary>
internal sealed class FormSetting
{
    private readonly FormOption _description;

    /// <summary>Creates the command line option.</summary>
    public FormSetting(FormOption description, IReadOnlyList<string> forms)
    {
        _description = description;
        Forms = forms;
        Option = new Option<string?>($"--{description.Name}")
        {
            Description = $"{string.Join(", ", forms)}{(description.Converters.Count > 0 ? $" by {string.Join(", ", description.Converters)}" : "")}: {description.Summary}. Default: {description.Default}.",
            HelpName = "VALUE",
        };
    }

    /// <summary>The forms that have it.</summary>
    public IReadOnlyList<string> Forms { get; }

    /// <summary>The methods that read it; empty: all.</summary>
    public IReadOnlyList<string> Methods => _description.Converters;

    /// <summary>Whether a method reads it.</summary>
    public bool IsReadBy(string method) => _description.IsReadBy(method);

    /// <summary>Its name in a plan's options.</summary>
    public string Name => _description.Name;

    /// <summary>The command line option.</summary>
    public Option<string?> Option { get; }

    /// <summary>A value as a plan holds it: of the kind that the default is.</summary>
    /// <exception cref="UsageException">The value is of another kind.</exception>
    public JsonNode Parse(string text)
    {
        var invariant = CultureInfo.InvariantCulture;
        if (bool.TryParse(_description.Default, out _))
        {
            return bool.TryParse(text, out var flag) ? JsonValue.Create(flag) : throw Wrong(text, "true or false");
        }

        if (long.TryParse(_description.Default, NumberStyles.Integer, invariant, out _))
        {
            return int.TryParse(text, NumberStyles.Integer, invariant, out var whole) ? JsonValue.Create(whole) : throw Wrong(text, "a whole number of 32 bits");
        }

        if (double.TryParse(_description.Default, NumberStyles.Float, invariant, out _))
        {
            return double.TryParse(text, NumberStyles.Float, invariant, out var number) && double.IsFinite(number) ? JsonValue.Create(number) : throw Wrong(text, "a number");
        }

        if (long.TryParse(text, NumberStyles.Integer, invariant, out var count))
        {
            return count is >= int.MinValue and <= int.MaxValue ? JsonValue.Create((int)count) : throw Wrong(text, "a whole number of 32 bits");
        }

        return JsonValue.Create(text);
    }

    private UsageException Wrong(string text, string wanted) => new($"{Option.Name} is '{text}', expected {wanted}: {_description.Summary}");
}
