using System.Text.Json;

namespace NativeSparse.Onnx.Tests;

/// <summary>One exporter's file with the ground truth of its feed-forward networks.</summary>
internal sealed class ZooCase : IDisposable
{
    private readonly JsonDocument _json;
    private readonly SafetensorsFile _probes;

    private ZooCase(string path, JsonDocument json, SafetensorsFile probes)
    {
        ModelPath = path;
        _json = json;
        _probes = probes;
    }

    public string ModelPath { get; }

    public string Name => Path.GetFileNameWithoutExtension(ModelPath);

    public string Step
    {
        get
        {
            var exporter = _json.RootElement.GetProperty("exporter").GetProperty("name").GetString() ?? "";
            var steps = _json.RootElement.TryGetProperty("optimization", out var list) && list.ValueKind == JsonValueKind.Array
                ? list.EnumerateArray().Select(s => s.GetString()!.Split('{')[0].Split("model_type")[0].Trim()).ToArray()
                : [];
            return string.Join(" > ", steps.Prepend(exporter));
        }
    }

    public double Tolerance => _json.RootElement.TryGetProperty("tolerance", out var tolerance) ? tolerance.GetProperty("probe_rel").GetDouble() : 1e-3;

    public static ZooCase Open(string sites)
    {
        var stem = sites[..^".sites.json".Length];
        return new ZooCase(stem + ".onnx", JsonDocument.Parse(File.ReadAllBytes(sites)), SafetensorsFile.Read(stem + ".probes.safetensors"));
    }

    public IEnumerable<JsonElement> Sites => _json.RootElement.GetProperty("sites").EnumerateArray();

    public IEnumerable<JsonElement> Optional => _json.RootElement.TryGetProperty("optional", out var list) ? list.EnumerateArray() : [];

    public static bool IsPlainNumbers(JsonElement site) => !Flag(site, "quantized") && !Flag(site, "weights_blocked");

    /// <summary>The smallest relative error of a found site against what a true site may give: y, y scaled, y of the dequantized weights.</summary>
    public double Error(JsonElement truth, FeedForwardWeights found)
    {
        var id = truth.GetProperty("id").GetString();
        if (_probes.Find($"{id}.x") is not { } x || x.Shape[^1] != found.InputWidth || truth.GetProperty("H").GetInt32() != found.HiddenWidth)
        {
            return double.PositiveInfinity;
        }

        var best = double.PositiveInfinity;
        foreach (var suffix in new[] { "y", "y_scaled", "y_dequantized", "y_without_b2" })
        {
            if (_probes.Find($"{id}.{suffix}") is { } y && y.Shape[^1] == found.OutputWidth)
            {
                best = Math.Min(best, Relative(PlainFeedForward.Run(found, x.Values), y.Values));
            }
        }

        if (truth.GetProperty("graph").TryGetProperty("output_without_b2", out _) && found.DownBias is null && _probes.Find($"{id}.y") is { } whole
            && whole.Shape[^1] == found.OutputWidth)
        {
            best = Math.Min(best, ConstantDifference(PlainFeedForward.Run(found, x.Values), whole.Values, found.OutputWidth));
        }

        return best;
    }

    /// <summary>Whether the site's values are the ones the truth names.</summary>
    public static bool SamePlace(JsonElement truth, FeedForwardSite found) =>
        Names(truth, "output").Concat(Names(truth, "output_without_b2")).Contains(found.Output) || Names(truth, "input").Contains(found.Input);

    public void Dispose() => _json.Dispose();

    private static IEnumerable<string> Names(JsonElement truth, string field) =>
        truth.GetProperty("graph").TryGetProperty(field, out var names) && names.ValueKind == JsonValueKind.Array
            ? names.EnumerateArray().Select(n => n.GetString()!.TrimStart('~'))
            : [];

    private static bool Flag(JsonElement site, string name) =>
        site.TryGetProperty(name, out var value) && value.ValueKind is not (JsonValueKind.Null or JsonValueKind.False);

    private static double Relative(double[] found, double[] wanted)
    {
        var amplitude = wanted.Max(Math.Abs);
        return found.Zip(wanted, (f, w) => Math.Abs(f - w)).Max() / amplitude;
    }

    /// <summary>The error apart from a constant per column: the second bias, which the graph adds later.</summary>
    private static double ConstantDifference(double[] found, double[] wanted, int width)
    {
        double worst = 0;
        for (var column = 0; column < width; column++)
        {
            var differences = Enumerable.Range(0, found.Length / width).Select(row => wanted[(row * width) + column] - found[(row * width) + column]).ToArray();
            worst = Math.Max(worst, (differences.Max() - differences.Min()) / 2);
        }

        return worst / wanted.Max(Math.Abs);
    }
}
