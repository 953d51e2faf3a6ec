using System.Text;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Onnx.Tests;

/// <summary>Every site of every file replaced, the node written out with standard operators, and the model run beside the original.</summary>
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
        var sites = 0;
        foreach (var file in files)
        {
            var path = file[..^".sites.json".Length] + ".onnx";
            try
            {
                sites += Check(path, problems);
            }
            catch (Microsoft.ML.OnnxRuntime.OnnxRuntimeException exception)
            {
                problems.AppendLine($"{Path.GetFileName(path)}: {exception.Message}");
            }
        }

        output.WriteLine($"{sites} sites replaced in {files.Count} files");
        Assert.True(problems.Length == 0, problems.ToString());
        Assert.True(sites > 0);
    }

    private static int Check(string path, StringBuilder problems)
    {
        var model = OnnxModel.Load(path);
        var search = model.FindFeedForwards();
        if (search.Sites.Count == 0)
        {
            return 0;
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

        StandardOperators.Expand(model);
        var found = RuntimeModel.Run(model.ToBytes(), model.Folder, inputs);
        var tolerance = search.Sites.Any(s => s.Quantized) ? 0.3 : search.Sites.Any(s => s.ValueType != "float32" && s.ValueType != "float64") ? 5e-3 : 1e-4;
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

        return search.Sites.Count;
    }
}
