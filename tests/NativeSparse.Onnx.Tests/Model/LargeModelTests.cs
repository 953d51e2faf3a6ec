using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Onnx.Protobuf;
using Xunit;
using DataType = NativeSparse.Onnx.Protobuf.TensorProto.Types.DataType;

namespace NativeSparse.Onnx.Tests.Model;

/// <summary>A generated model above 2 GB. Needs 7 GB of disk and 5 GB of memory, so it runs only where it is asked for.</summary>
[Trait("Needs", "OnnxRuntime")]
public sealed class LargeModelTests(ITestOutputHelper output)
{
    private const int Rows = 150_000;
    private const int Columns = 1024;
    private const int Weights = 4;

    [Fact]
    public void More_than_2_GB_go_out_come_back_and_run()
    {
        if (Environment.GetEnvironmentVariable("NATIVESPARSE_LARGE_TESTS") != "1")
        {
            Assert.Skip("skipped: set NATIVESPARSE_LARGE_TESTS=1 (7 GB of disk)");
        }

        var cancellation = TestContext.Current.CancellationToken;
        using var folder = new TemporaryFolder();
        var model = OnnxModel.Load(Skeleton().ToByteArray());
        var shared = new byte[Rows * Columns * sizeof(float)];
        BitConverter.TryWriteBytes(shared.AsSpan(shared.Length - 4), 42f);
        foreach (var tensor in model.Proto.Graph.Initializer)
        {
            tensor.RawData = UnsafeByteOperations.UnsafeWrap(shared);
        }

        Assert.Throws<ModelFormatException>(model.ToBytes);
        model.Save(folder.At("m.onnx"), new SaveOptions(), cancellation);
        var size = new FileInfo(folder.At("m.onnx.data")).Length;
        output.WriteLine($"{size} bytes of data, {new FileInfo(folder.At("m.onnx")).Length} of model");
        Assert.True(size > int.MaxValue);

        var before = GC.GetTotalAllocatedBytes();
        var loaded = OnnxModel.Load(folder.At("m.onnx"));
        Assert.True(GC.GetTotalAllocatedBytes() - before < 10 << 20);
        Assert.Equal(42f, loaded.Tensors.ReadSingles(loaded.Proto.Graph.Initializer[^1])[^1]);
        loaded.Metadata["k"] = "v";
        loaded.Save(folder.At("m.onnx"), new SaveOptions(), cancellation);
        Assert.Equal(42f, loaded.Tensors.ReadSingles(loaded.Proto.Graph.Initializer[1])[^1]);

        using var session = loaded.ToSession(cancellationToken: cancellation);
        Assert.False(session.Spilled);
        using var options = Session.Options(session.Folder);
        using var runtime = new InferenceSession(session.Bytes, options);
        using var run = new RunOptions();
        using var index = OrtValue.CreateTensorValueFromMemory(new long[] { Rows - 1 }, [1]);
        using var outputs = runtime.Run(run, new Dictionary<string, OrtValue> { ["i"] = index }, ["y"]);
        Assert.Equal(42f * Weights, outputs[0].GetTensorDataAsSpan<float>()[^1]);
    }

    private static ModelProto Skeleton()
    {
        // y = sum of row i of every weight.
        var graph = new GraphProto { Name = "large" };
        graph.Input.Add(SampleModels.Value("i", 1));
        graph.Input[0].Type.TensorType.ElemType = (int)DataType.Int64;
        graph.Output.Add(SampleModels.Value("y", 1, Columns));
        for (var i = 0; i < Weights; i++)
        {
            var tensor = new TensorProto { Name = $"w{i}", DataType = (int)DataType.Float };
            tensor.Dims.Add([Rows, Columns]);
            graph.Initializer.Add(tensor);
            graph.Node.Add(SampleModels.Node("Gather", [$"w{i}", "i"], [$"g{i}"], $"gather{i}"));
        }

        graph.Node.Add(SampleModels.Node("Sum", Enumerable.Range(0, Weights).Select(i => $"g{i}").ToArray(), ["y"], "sum"));
        return SampleModels.Model(graph);
    }
}
