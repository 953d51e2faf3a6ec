namespace NativeSparse.Conversion;

/// <summary>Which form, converter, precision and options each site gets. Serializes to the plan JSON. Immutable.</summary>
public sealed record ConversionPlan
{
    /// <summary>Plans by site, first match wins.</summary>
    public IReadOnlyList<SitePlan> Sites { get; init; } = [];

    /// <summary>Form of the sites that no entry matches: <c>none</c> leaves them to ONNX Runtime.</summary>
    public string DefaultForm { get; init; } = "dense";

    /// <summary>Precision where an entry names none.</summary>
    public string DefaultPrecision { get; init; } = "float32";

    /// <summary>The same form for every site.</summary>
    public static ConversionPlan ForEverySite(string form, string? converter = null, System.Text.Json.Nodes.JsonObject? options = null) =>
        new() { Sites = [new SitePlan { Name = "*", Form = form, Converter = converter, Options = options }] };

    /// <summary>Reads a plan.</summary>
    /// <exception cref="Onnx.ModelFormatException">Not a plan: unknown fields, wrong types, a newer version.</exception>
    public static ConversionPlan Parse(string json) => throw new NotSupportedException();

    /// <summary>Writes the plan as JSON.</summary>
    public string ToJson() => throw new NotSupportedException();
}
