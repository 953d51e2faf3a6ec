using System.Text.Json.Nodes;
using NativeSparse.Onnx;

namespace NativeSparse.Conversion;

/// <summary>The fields of a plan's JSON: what is not one of them is refused by name, with those that are.</summary>
internal static class PlanFields
{
    private static readonly string[] Plan = ["version", "sites", "defaults"];
    private static readonly string[] Site = ["name", "form", "converter", "precision", "options"];
    private static readonly string[] Defaults = ["form", "precision"];

    /// <exception cref="ModelFormatException">A field is unknown or missing, or the plan is no object.</exception>
    public static void Check(JsonNode? node)
    {
        if (node is not JsonObject plan)
        {
            throw new ModelFormatException("not a plan: expected a JSON object such as {\"sites\":[{\"name\":\"*\",\"form\":\"dense\"}]}");
        }

        Check(plan, "the plan", Plan);
        if (plan["defaults"] is JsonObject defaults)
        {
            Check(defaults, "defaults", Defaults);
        }

        if (plan["sites"] is not JsonArray sites)
        {
            return;
        }

        for (var i = 0; i < sites.Count; i++)
        {
            if (sites[i] is not JsonObject site)
            {
                continue;
            }

            Check(site, $"sites[{i}]", Site);
            foreach (var field in new[] { "name", "form" })
            {
                if (site[field] is null)
                {
                    throw new ModelFormatException($"sites[{i}] has no field '{field}'; every entry needs name and form", site: $"$.sites[{i}]");
                }
            }
        }
    }

    private static void Check(JsonObject fields, string place, string[] known)
    {
        foreach (var (name, _) in fields)
        {
            if (!known.Contains(name))
            {
                throw new ModelFormatException(
                    $"{place} has no field '{name}'{(name == "method" ? " (a plan calls it converter)" : "")}; its fields are {string.Join(", ", known)}",
                    site: place);
            }
        }
    }
}
