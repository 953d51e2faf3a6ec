using System.Text.Json.Nodes;
using System.Text.Json.Serialization.Metadata;
using NativeSparse.Onnx;

namespace NativeSparse.Conversion;

/// <summary>The fields of a plan's JSON: what is not one of them is refused by name, with those that are.</summary>
internal static class PlanFields
{
    /// <exception cref="ModelFormatException">A field is unknown or missing, or the plan is no object.</exception>
    public static void Check(JsonNode? node)
    {
        if (node is not JsonObject plan)
        {
            throw new ModelFormatException("not a plan: expected a JSON object such as {\"sites\":[{\"name\":\"*\",\"form\":\"dense\"}]}");
        }

        Check(plan, "the plan", ConversionJson.Default.PlanDocument);
        if (plan["defaults"] is JsonObject defaults)
        {
            Check(defaults, "defaults", ConversionJson.Default.DefaultsEntry);
        }

        if (plan["linears"] is { } entry)
        {
            var linears = entry as JsonObject ?? throw new ModelFormatException(
                "linears: expected an object such as {\"precision\":\"int8\",\"except\":[\"head\"]}", site: "linears");
            Check(linears, "linears", ConversionJson.Default.LinearsEntry);
            if (linears["except"] is not (null or JsonArray))
            {
                throw new ModelFormatException("linears.except: expected a list of names", site: "linears");
            }
        }

        if (plan["sites"] is not JsonArray sites)
        {
            return;
        }

        for (var i = 0; i < sites.Count; i++)
        {
            if (sites[i] is JsonObject site)
            {
                Check(site, $"sites[{i}]", ConversionJson.Default.SiteEntry);
            }
        }
    }

    private static void Check(JsonObject fields, string place, JsonTypeInfo type)
    {
        string[] known = [.. type.Properties.Select(property => property.Name)];
        foreach (var (name, _) in fields)
        {
            if (!known.Contains(name))
            {
                throw new ModelFormatException(
                    $"{place} has no field '{name}'{(name == "method" ? " (a plan calls it converter)" : "")}; its fields are {string.Join(", ", known)}",
                    site: place);
            }
        }

        foreach (var property in type.Properties)
        {
            if (property.IsRequired && fields[property.Name] is null)
            {
                throw new ModelFormatException($"{place} has no field '{property.Name}', which every entry needs", site: place);
            }
        }
    }
}
