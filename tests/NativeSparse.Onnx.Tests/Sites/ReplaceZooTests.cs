using System.Text;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Onnx.Tests;

/// <summary>Every site and every linear of every file replaced, the nodes written out with standard operators, and the model run beside the original.</summary>
[Trait("Needs", "OnnxRuntime")]
public sealed class ReplaceZooTests(ITestOutputHelper output)
{
    [Fact]
    public void Outputs_stay_the_same_when_all_sites_are_replaced()
    {
        var files = SharedData.Files("*.sites.json", "zoo");
        if (files.Count == 0)
        {
            Assert.Skip(SharedData.Absent);
        }

        var problems = new StringBuilder();
        var (sites, linears) = (0, 0);
        foreach (var file in files)
        {
            var path = file[..^".sites.json".Length] + ".onnx";
            try
            {
                var found = Check(path, problems);
                (sites, linears) = (sites + found.Sites, linears + found.Linears);
            }
            catch (Microsoft.ML.OnnxRuntime.OnnxRuntimeException exception)
            {
                problems.AppendLine($"{Path.GetFileName(path)}: {exception.Message}");
            }
        }

        output.WriteLine($"{sites} sites and {linears} groups of linears replaced in {files.Count} files");
        Assert.True(problems.Length == 0, problems.ToString());
        Assert.True(sites > 0 && linears > 0);
    }

    private static (int Sites, int Linears) Check(string path, StringBuilder problems)
    {
        var model = OnnxModel.Load(path);
        var search = model.FindFeedForwards();
        var linears = model.FindLinears().Where(linear => linear.Obstacle is null).ToList();
        if (search.Sites.Count + linears.Count == 0)
        {
            return (0, 0);
        }

        var inputs = SafetensorsFile.Read(path[..^".onnx".Length] + ".io.safetensors");
        var wanted = RuntimeModel.Run(model.ToBytes(), model.Folder, inputs);
        foreach (var (site, number) in search.Sites.Select((s, i) => (s, i)))
        {
            model.Replace(site, StandardOperators.Node(site, $"replaced.{number}"));
        }

        var leftover = model.FindFeedForwards().Sites.Count;
        if (leftover > 0)
        {
            problems.AppendLine($"{Path.GetFileName(path)}: {leftover} sites are found again after all were replaced");
        }

        var names = GraphIndex.Build(model.Proto).Scopes.SelectMany(s => s.Nodes).Select(n => n.Proto.Name).Where(n => n.Length > 0).ToHashSet();
        foreach (var node in search.Sites.SelectMany(s => s.Nodes).Where(names.Contains))
        {
            problems.AppendLine($"{Path.GetFileName(path)}: '{node}' is still there");
        }

        foreach (var (linear, number) in linears.Select((l, i) => (l, i)))
        {
            model.Replace(linear, StandardOperators.Node(linear, $"linear.{number}"));
        }

        if (model.FindLinears().Count(linear => linear.Obstacle is null) is > 0 and var unreplaced)
        {
            problems.AppendLine($"{Path.GetFileName(path)}: {unreplaced} linears are found again after all were replaced");
        }

        StandardOperators.Expand(model);
        var found = RuntimeModel.Run(model.ToBytes(), model.Folder, inputs);
        var tolerance = search.Sites.Any(s => s.Quantized) || linears.Exists(l => l.Quantized) ? 0.3
            : search.Sites.Select(s => s.ValueType).Concat(linears.Select(l => l.ValueType)).Any(type => type is not ("float32" or "float64")) ? 5e-3
            : 1e-4;
        foreach (var (name, values) in wanted)
        {
            var amplitude = Math.Max(1, values.Where(double.IsFinite).Select(Math.Abs).DefaultIfEmpty(0).Max());
            var error = values.Length == found[name].Length
                ? values.Zip(found[name], (a, b) => a.Equals(b) ? 0 : Math.Abs(a - b)).DefaultIfEmpty(0).Max()
                : double.PositiveInfinity;
            if (!(error <= tolerance * amplitude))
            {
                problems.AppendLine($"{Path.GetFileName(path)}: {name} is off by {error:G3} of {amplitude:G3}");
            }
        }

        return (search.Sites.Count, linears.Count);
    }
}
