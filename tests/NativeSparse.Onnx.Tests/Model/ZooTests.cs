using Microsoft.ML.OnnxRuntime;
using NativeSparse.Onnx.Protobuf;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Onnx.Tests.Model;

/// <summary>Files as real exporters write them.</summary>
public sealed class ZooTests(ITestOutputHelper output)
{
    // ONNX Runtime itself reads every so many-th file: all of them take too long.
    private const int SampleStep = 6;

    [Fact]
    public void Every_file_loads_and_survives_a_round_trip()
    {
        var files = Files();
        using var folder = new TemporaryFolder();
        var failed = 0;
        foreach (var file in files)
        {
            try
            {
                var model = OnnxModel.Load(file);
                Assert.Empty(model.Proto.Functions);
                model.Save(folder.At("m.onnx"));
                var again = OnnxModel.Load(folder.At("m.onnx"));
                SameExceptExternalPlaces(model, again);
            }
            catch (ModelFormatException exception)
            {
                failed++;
                output.WriteLine($"{Path.GetFileName(file)}: {exception.Message}");
            }
        }

        output.WriteLine($"{files.Count - failed} of {files.Count} files load");
        Assert.Equal(0, failed);
    }

    [Fact]
    [Trait("Needs", "OnnxRuntime")]
    public void ONNX_Runtime_loads_what_was_saved()
    {
        using var folder = new TemporaryFolder();
        using var options = Session.Options();
        options.GraphOptimizationLevel = GraphOptimizationLevel.ORT_DISABLE_ALL;
        foreach (var file in Files().Where((path, index) => index % SampleStep == 0 || Special(path)))
        {
            var model = OnnxModel.Load(file);
            model.Save(folder.At("m.onnx"), new SaveOptions { ExternalDataThreshold = 10_000 }, TestContext.Current.CancellationToken);
            using var saved = new InferenceSession(folder.At("m.onnx"), options);
            using var original = new InferenceSession(file, options);
            Assert.Equal(original.OutputNames, saved.OutputNames);
            using var memoryOptions = Session.Options(model.Folder);
            using var memory = new InferenceSession(model.ToBytes(), memoryOptions);
            Assert.Equal(original.InputNames, memory.InputNames);
        }
    }

    private static IReadOnlyList<string> Files()
    {
        var files = SharedData.Files("*.onnx", "zoo");
        if (files.Count == 0)
        {
            Assert.Skip(SharedData.Absent);
        }

        return files;
    }

    private static bool Special(string path)
    {
        var name = Path.GetFileName(path);
        return name.Contains("function", StringComparison.Ordinal) || name.Contains(".ext", StringComparison.Ordinal) || File.Exists(path + ".data");
    }

    private static void SameExceptExternalPlaces(OnnxModel expected, OnnxModel actual)
    {
        foreach (var (left, right) in GraphWalk.Tensors(expected.Proto).Zip(GraphWalk.Tensors(actual.Proto)))
        {
            if (TensorReader.IsExternal(left))
            {
                Assert.True(expected.Tensors.ReadBytes(left).Span.SequenceEqual(actual.Tensors.ReadBytes(right).Span));
            }
        }

        Assert.Equal(WithoutExternalPlaces(expected), WithoutExternalPlaces(actual));
    }

    private static ModelProto WithoutExternalPlaces(OnnxModel model)
    {
        var copy = model.Proto.Clone();
        foreach (var tensor in GraphWalk.Tensors(copy))
        {
            tensor.ExternalData.Clear();
        }

        return copy;
    }
}
