using System.Runtime.InteropServices;
using System.Text.Json;
using NativeSparse.Onnx;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Kernels.Tests;

/// <summary>A file of reference vectors of a paper on graphs.</summary>
internal sealed class GraphGolden(string paper, string file)
{
    private const string NoFile = "(none)";
    private const double Limit = 1e-5;

    private readonly TensorFile _file = Open(paper, file);

    public string Name => file;

    public JsonElement Settings => JsonDocument.Parse(_file.Metadata["settings"]).RootElement;

    /// <summary>The paper's files that hold a tensor; one row that skips where there are none.</summary>
    public static TheoryData<string> List(string paper, string tensor)
    {
        var files = SharedData.Files("*.safetensors", "golden", paper)
            .Where(path => TensorFile.Read(path).Tensors.Any(entry => entry.Name == tensor)).Select(path => Path.GetFileName(path)!).ToList();
        return new TheoryData<string>(files.Count == 0 ? [NoFile] : files);
    }

    public bool Has(string name) => _file.Tensors.Any(tensor => tensor.Name == name);

    public float[] Floats(string name) => _file[name].ToSingles();

    public int[] Integers(string name) => MemoryMarshal.Cast<byte, int>(_file[name].Data.Span).ToArray();

    public double[] Doubles(string name) => MemoryMarshal.Cast<byte, double>(_file[name].Data.Span).ToArray();

    public int[] Shape(string name) => [.. _file[name].Shape.Select(size => (int)size)];

    public int Setting(string name) => Settings.GetProperty(name).GetInt32();

    /// <summary>Edges stored as rows of source, target, relation.</summary>
    public GraphEdges Triples(string name, int nodes, int relations, float[]? weights)
    {
        var triples = Integers(name);
        int[] Column(int column) => [.. Enumerable.Range(0, triples.Length / 3).Select(edge => triples[(edge * 3) + column])];
        return GraphEdges.FromList(nodes, nodes, Column(0), Column(1), relations, Column(2), weights);
    }

    /// <summary>Within 1e-5, of values above 1 relative.</summary>
    public void Check(string name, IEnumerable<double> actual, string version)
    {
        var (expected, values) = (Floats(name), actual.ToArray());
        Assert.Equal(expected.Length, values.Length);
        for (var i = 0; i < expected.Length; i++)
        {
            var allowed = Limit * Math.Max(1, Math.Abs(expected[i]));
            Assert.True(Math.Abs(values[i] - expected[i]) <= allowed, $"{file}, {name}, {version}: element {i} is {values[i]:R}, expected {expected[i]:R}");
        }
    }

    public void Check(string name, IEnumerable<float> actual, string version) => Check(name, actual.Select(value => (double)value), version);

    private static TensorFile Open(string paper, string file)
    {
        Assert.SkipWhen(file == NoFile, SharedData.Absent);
        return TensorFile.Read(Path.Combine(SharedData.Folder("golden", paper)!, file));
    }
}
