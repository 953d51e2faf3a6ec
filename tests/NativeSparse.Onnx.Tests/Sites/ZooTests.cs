using System.Text;
using System.Text.Json;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Onnx.Tests;

/// <summary>The finder on real exporters' files: every file of the folder, whatever its name.</summary>
public sealed class ZooTests(ITestOutputHelper output)
{
    private const double Floor = 2e-3;
    private const double LowestShare = 0.98;

    [Fact]
    public void Every_found_site_is_right_and_nearly_every_site_is_found()
    {
        var files = SharedData.Files("*.sites.json", "zoo");
        if (files.Count == 0)
        {
            Assert.Skip(SharedData.Absent);
        }

        var problems = new StringBuilder();
        var table = new SortedDictionary<string, ZooCount>(StringComparer.Ordinal);
        var plain = new ZooCount();
        var other = new ZooCount();
        foreach (var file in files)
        {
            using var zoo = ZooCase.Open(file);
            if (!table.TryGetValue(zoo.Step, out var row))
            {
                table.Add(zoo.Step, row = new ZooCount());
            }

            Check(zoo, row, plain, other, problems);
        }

        foreach (var (step, count) in table)
        {
            output.WriteLine($"{count.Found,4} of {count.Expected,4}  wrong {count.Wrong}  optional {count.Optional,3}  {step}");
        }

        output.WriteLine($"float weights: {plain}");
        output.WriteLine($"quantized or blocked weights: {other}");
        output.WriteLine(problems.ToString());

        Assert.True(plain.Wrong + other.Wrong == 0, $"{plain.Wrong + other.Wrong} wrong sites\n{problems}");
        Assert.True(plain.Found >= LowestShare * plain.Expected, $"{plain}\n{problems}");
    }

    private static void Check(ZooCase zoo, ZooCount row, ZooCount plain, ZooCount other, StringBuilder problems)
    {
        FeedForwardSearch search;
        try
        {
            search = OnnxModel.Load(zoo.ModelPath).FindFeedForwards();
        }
        catch (ModelFormatException exception)
        {
            problems.AppendLine($"{zoo.Name}: not loaded: {exception.Message}");
            search = new FeedForwardSearch([], []);
        }

        var found = search.Sites.Select(s => (Site: s, Weights: s.ReadWeights())).ToList();
        var used = new HashSet<FeedForwardSite>();
        foreach (var truth in zoo.Sites.Concat(zoo.Optional))
        {
            var optional = truth.GetProperty("id").GetString()!.StartsWith('o');
            var tolerance = Math.Max(Floor, zoo.Tolerance);
            var matches = found.Where(f => zoo.Error(truth, f.Weights) <= tolerance).Select(f => f.Site).ToList();
            var place = matches.Find(m => !used.Contains(m) && ZooCase.SamePlace(truth, m)) ?? matches.Find(m => !used.Contains(m));
            used.UnionWith(place is null ? [] : [place]);
            if (optional)
            {
                row.Optional += place is null ? 0 : 1;
                continue;
            }

            var total = ZooCase.IsPlainNumbers(truth) ? plain : other;
            foreach (var count in new[] { row, total })
            {
                count.Expected++;
                count.Found += place is null ? 0 : 1;
            }

            if (place is null)
            {
                problems.AppendLine($"{zoo.Name}: {truth.GetProperty("id")} {truth.GetProperty("module")} not found: {Why(truth, search, zoo, found)}");
            }
            else if (Activation(truth) != place.Activation)
            {
                row.Wrong++;
                total.Wrong++;
                problems.AppendLine($"{zoo.Name}: {truth.GetProperty("id")} WRONG activation {place.Activation}, expected {Activation(truth)}");
            }
        }

        foreach (var (site, weights) in found.Where(f => !used.Contains(f.Site)))
        {
            if (!zoo.Sites.Concat(zoo.Optional).Any(t => zoo.Error(t, weights) <= Math.Max(Floor, zoo.Tolerance)))
            {
                row.Wrong++;
                plain.Wrong++;
                problems.AppendLine($"{zoo.Name}: WRONG {site.Name} {site.Kind} {site.Activation} {site.InputWidth}x{site.HiddenWidth}x{site.OutputWidth}");
            }
        }
    }

    /// <summary>The function in the file, which an optimizer may have changed.</summary>
    private static string? Activation(JsonElement truth) =>
        truth.TryGetProperty("activation_in_file", out var inFile) ? inFile.GetString() : truth.GetProperty("activation").GetString();

    private static string Why(
        JsonElement truth, FeedForwardSearch search, ZooCase zoo, List<(FeedForwardSite Site, FeedForwardWeights Weights)> found)
    {
        var errors = found.Select(f => zoo.Error(truth, f.Weights)).Where(double.IsFinite).Order().Take(1).Select(e => $"nearest off by {e:G2}").ToList();
        var outputs = truth.GetProperty("linear_nodes").EnumerateObject().SelectMany(l => l.Value.EnumerateArray())
            .Select(n => n.GetProperty("output").GetString()!).ToHashSet();
        var reasons = search.Skipped.Where(s => s.Nodes.Any(n => outputs.Any(o => o.StartsWith(n, StringComparison.Ordinal)))).Select(s => s.Reason);
        return string.Join("; ", reasons.Concat(errors).DefaultIfEmpty("no region of elementwise operators between the linears")
            .Append($"skipped in file: {string.Join(" | ", search.Skipped.Select(s => s.Reason).Distinct().Take(3))}"));
    }
}
