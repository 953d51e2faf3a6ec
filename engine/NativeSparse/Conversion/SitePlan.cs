using System.Text.Json.Nodes;

namespace NativeSparse.Conversion;

/// <summary>What happens to the sites of one name or name pattern.</summary>
public sealed record SitePlan
{
    /// <summary>A site's name; <c>*</c> alone or at the end matches any.</summary>
    /// <exception cref="ArgumentNullException">Set to null.</exception>
    public required string Name
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Name));
    }

    /// <summary>Form name: <c>dense</c>, <c>experts</c>, ...; <c>none</c> leaves the site to ONNX Runtime.</summary>
    /// <exception cref="ArgumentNullException">Set to null.</exception>
    public required string Form
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(Form));
    }

    /// <summary>Converter of the form, or null for the form's default.</summary>
    public string? Converter { get; init; }

    /// <summary>Precision, or null for the plan's default.</summary>
    public string? Precision { get; init; }

    /// <summary>The form's options, or null for its defaults.</summary>
    /// <exception cref="ArgumentException">A name occurs twice in what was parsed.</exception>
    public JsonObject? Options
    {
        get;
        init => field = Argument.Readable(value, nameof(Options));
    }

    /// <summary>The name that matches every site.</summary>
    internal const string Any = "*";

    /// <summary>Whether this entry is for a site of that name.</summary>
    public bool Matches(string site) => Matches(Name, site);

    /// <summary>Whether a name, or one with a trailing <c>*</c>, is for a site of that name.</summary>
    internal static bool Matches(string name, string site) => name.EndsWith('*')
        ? site.StartsWith(name.AsSpan(0, name.Length - 1), StringComparison.Ordinal)
        : name == site;
}
