using System.Text.Json;
using System.Text.Json.Nodes;
using NativeSparse.Onnx;

namespace NativeSparse.Conversion;

/// <summary>Which form, converter, precision and options each site gets, and what the other linears become. Serializes to the plan JSON. Immutable.</summary>
public sealed record ConversionPlan
{
    /// <summary>Newest plan version that this engine reads.</summary>
    public const int Version = 1;

    /// <summary>Plans by site, first match wins.</summary>
    /// <exception cref="ArgumentException">Set to null, or to a list that holds null.</exception>
    public IReadOnlyList<SitePlan> Sites
    {
        get;
        init => field = Argument.Elements(value, nameof(Sites));
    } = [];

    /// <summary>Form of the sites that no entry matches: <c>none</c> leaves them to ONNX Runtime.</summary>
    /// <exception cref="ArgumentNullException">Set to null.</exception>
    public string DefaultForm
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(DefaultForm));
    } = "dense";

    /// <summary>Precision where an entry names none.</summary>
    /// <exception cref="ArgumentNullException">Set to null.</exception>
    public string DefaultPrecision
    {
        get;
        init => field = value ?? throw new ArgumentNullException(nameof(DefaultPrecision));
    } = "float32";

    /// <summary>What the linears outside the networks become; null: they stay in ONNX Runtime.</summary>
    public LinearPlan? Linears { get; init; }

    /// <summary>The same form for every site, at <see cref="DefaultPrecision"/>.</summary>
    /// <param name="form">The form: <c>dense</c>, <c>experts</c>.</param>
    /// <param name="converter">The form's method, not a precision; null: its default.</param>
    /// <param name="options">Its options, or null.</param>
    public static ConversionPlan ForEverySite(string form, string? converter = null, JsonObject? options = null) =>
        new() { Sites = [new SitePlan { Name = "*", Form = form, Converter = converter, Options = options }] };

    /// <summary>Reads a plan.</summary>
    /// <exception cref="ModelFormatException">Not a plan: unknown fields, wrong types, a newer version.</exception>
    public static ConversionPlan Parse(string json)
    {
        PlanDocument document;
        try
        {
            PlanFields.Check(JsonNode.Parse(json, documentOptions: new JsonDocumentOptions { AllowDuplicateProperties = false }));
            document = JsonSerializer.Deserialize(json, ConversionJson.Default.PlanDocument)
                ?? throw new ModelFormatException("the plan is null, expected a JSON object");
        }
        catch (JsonException exception)
        {
            throw new ModelFormatException($"not a plan: {exception.Message}", site: exception.Path, innerException: exception);
        }

        if (document.Version != Version)
        {
            throw new ModelFormatException($"the plan has version {document.Version}, this engine reads version {Version}", site: "version");
        }

        if (document.Sites.Contains(null))
        {
            throw new ModelFormatException("an entry of the plan's sites is null, expected an object with name and form", site: "sites");
        }

        if (document.Linears?.Except.Contains(null) == true)
        {
            throw new ModelFormatException("an entry of the plan's linears.except is null, expected a name", site: "linears");
        }

        return new ConversionPlan
        {
            Linears = document.Linears is { } linears ? new LinearPlan { Precision = linears.Precision, Except = [.. linears.Except.OfType<string>()] } : null,
            DefaultForm = document.Defaults?.Form ?? "dense",
            DefaultPrecision = document.Defaults?.Precision ?? "float32",
            Sites =
            [
                .. document.Sites.OfType<PlanDocument.SiteEntry>().Select(entry => new SitePlan
                {
                    Name = entry.Name,
                    Form = entry.Form,
                    Converter = entry.Converter,
                    Precision = entry.Precision,
                    Options = entry.Options,
                }),
            ],
        };
    }

    /// <summary>Writes the plan as JSON.</summary>
    public string ToJson() => JsonSerializer.Serialize(
        new PlanDocument
        {
            Linears = Linears is null ? null : new PlanDocument.LinearsEntry { Precision = Linears.Precision, Except = Linears.Except },
            Defaults = new PlanDocument.DefaultsEntry { Form = DefaultForm, Precision = DefaultPrecision },
            Sites =
            [
                .. Sites.Select(site => new PlanDocument.SiteEntry
                {
                    Name = site.Name,
                    Form = site.Form,
                    Converter = site.Converter,
                    Precision = site.Precision,
                    Options = site.Options,
                }),
            ],
        },
        ConversionJson.Default.PlanDocument);

    /// <summary>The entry for a site: the first that matches, else the defaults.</summary>
    public SitePlan For(string site) =>
        Sites.FirstOrDefault(entry => entry.Matches(site)) ?? new SitePlan { Name = site, Form = DefaultForm };

    /// <summary>A warning for each entry that no site ever reaches, because one before it matches all that it matches; names both.</summary>
    internal IEnumerable<string> HiddenEntries()
    {
        for (var i = 0; i < Sites.Count; i++)
        {
            var entry = Sites[i];
            if (Sites.Take(i).FirstOrDefault(earlier => earlier.Matches(entry.Name)) is { } earlier)
            {
                yield return $"the plan's entry '{entry.Name}' ({entry.Form}) has no effect: '{earlier.Name}' ({earlier.Form}) before it matches all of its "
                    + "sites, and the first entry that matches counts; put the more specific entry first";
            }
        }
    }

    /// <summary>Checks that every entry with a full name has its site.</summary>
    /// <exception cref="ConversionException">A site is not there; lists those that are.</exception>
    internal void CheckSites(IReadOnlyCollection<string> sites)
    {
        foreach (var entry in Sites)
        {
            if (!sites.Any(entry.Matches) && entry.Name != SitePlan.Any)
            {
                throw new ConversionException(
                    $"the plan names a site '{entry.Name}' that the model does not have; it has: {(sites.Count == 0 ? "none" : string.Join(", ", sites))}",
                    entry.Name,
                    entry.Form);
            }
        }
    }
}
