using System.Text.Json.Nodes;

namespace NativeSparse.Conversion;

/// <summary>The plan as JSON. Fields of later versions are refused by name.</summary>
internal sealed record PlanDocument
{
    public int Version { get; init; } = ConversionPlan.Version;

    public IReadOnlyList<SiteEntry> Sites { get; init; } = [];

    public DefaultsEntry? Defaults { get; init; }

    internal sealed record SiteEntry
    {
        public required string Name { get; init; }

        public required string Form { get; init; }

        public string? Converter { get; init; }

        public string? Precision { get; init; }

        public JsonObject? Options { get; init; }
    }

    internal sealed record DefaultsEntry
    {
        public string Form { get; init; } = "dense";

        public string Precision { get; init; } = "float32";
    }
}
