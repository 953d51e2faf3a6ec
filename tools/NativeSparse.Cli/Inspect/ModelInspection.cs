using System.Text.Json;
using NativeSparse.Cli.Documents;
using NativeSparse.Onnx;

namespace NativeSparse.Cli.Inspect;

/// <summary>Looks at a loaded file.</summary>
internal static class ModelInspection
{
    private const string PlanKey = "nativesparse.plan";
    private const string ReportKey = "nativesparse.report";

    /// <summary>Everything <c>inspect</c> says about a file.</summary>
    public static InspectDocument Run(OnnxModel model, string path)
    {
        var parameters = model.CountParameters();
        double Share(long count) => parameters == 0 ? 0 : Math.Round((double)count / parameters, 6);

        var search = model.FindFeedForwards();
        SiteFacts[] sites =
        [
            .. search.Sites.Select(site => Describe(site, Share(site.Parameters))),
            .. model.FindNodes(ConvertedSite.Domain).Select(ConvertedSite.Read).OfType<ConvertedSite>()
                .Select(site => site.Describe(Share(site.Parameters))),
        ];
        return new InspectDocument(
            new ModelFacts(path, model.Producer, model.OpsetVersion, parameters, sites.Sum(site => site.Parameters)),
            sites,
            [
                .. model.FindLinears().Select(linear => Describe(linear, Share(linear.Parameters))),
                .. model.FindNodes(ConvertedSite.Domain).Select(ConvertedLinear.Read).OfType<ConvertedLinear>()
                    .Select(linear => linear.Describe(Share(linear.Parameters))),
            ],
            [.. search.Skipped.Select(skipped => new SkippedFacts(skipped.Nodes, skipped.Reason))],
            Stored(model, PlanKey, path),
            Stored(model, ReportKey, path));
    }

    private static SiteFacts Describe(FeedForwardSite site, double share) => new()
    {
        Name = site.Name,
        Kind = site.Kind == FeedForwardKind.Gated ? "gated" : "plain",
        InputWidth = site.InputWidth,
        HiddenWidth = site.HiddenWidth,
        OutputWidth = site.OutputWidth,
        Activation = site.Activation,
        WeightType = site.WeightType,
        Quantized = site.Quantized,
        Bias = new BiasFacts(site.HasUpBias, site.HasGateBias, site.HasDownBias),
        Parameters = site.Parameters,
        Share = share,
        Input = site.Input,
        Output = site.Output,
        Form = "dense",
        RunsIn = SiteFacts.OnnxRuntime,
    };

    private static LinearFacts Describe(LinearSite linear, double share) => new()
    {
        Name = linear.Name,
        InputWidth = linear.InputWidth,
        OutputWidths = linear.OutputWidths,
        Parameters = linear.Parameters,
        Share = share,
        WeightType = linear.WeightType,
        Quantized = linear.Quantized,
        Input = linear.Input,
        RunsIn = SiteFacts.OnnxRuntime,
        Obstacle = linear.Obstacle,
    };

    private static JsonElement? Stored(OnnxModel model, string key, string path)
    {
        if (!model.Metadata.TryGetValue(key, out var text))
        {
            return null;
        }

        try
        {
            using var document = JsonDocument.Parse(text);
            return document.RootElement.Clone();
        }
        catch (JsonException exception)
        {
            throw new ModelFormatException($"metadata '{key}' is not JSON: {exception.Message}", path, key, exception);
        }
    }
}
