using System.Text.Json.Nodes;

namespace NativeSparse.Conversion;

/// <summary>The plan as JSON. Fields of later versions are refused by name.</summary>
internal sealed record PlanDocument
{
    public int Version { get; set; } = ConversionPlan.Version;

    public IReadOnlyList<SiteEntry?> Sites { get; set; } = [];

    public LinearsEntry? Linears { get; set; }

    public DefaultsEntry? Defaults { get; set; }

    internal sealed record SiteEntry
    {
        public required string Name { get; set; }

        public required string Form { get; set; }

        public string? Converter { get; set; }

        public string? Precision { get; set; }

        public JsonObject? Options { get; set; }
    }

    internal sealed record LinearsEntry
    {
        public required string Precision { get; set; }

        public IReadOnlyList<string?> Except { get; set; } = [];
    }

    internal sealed record DefaultsEntry
    {
        public string Form { get; set; } = "dense";

        public string Precision { get; set; } = "float32";
    }
}
