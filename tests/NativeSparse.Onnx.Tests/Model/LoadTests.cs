using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;
using Xunit;

namespace NativeSparse.Onnx.Tests.Model;

public sealed class LoadTests
{
    private static readonly ModelProto Good = SampleModels.Chain(3, 4);

    [Fact]
    public void A_missing_file_is_the_BCLs_exception()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<FileNotFoundException>(() => OnnxModel.Load(folder.At("none.onnx")));
    }

    [Fact]
    public void A_folder_is_refused_with_its_path()
    {
        using var folder = new TemporaryFolder();
        var error = Assert.Throws<ModelFormatException>(() => OnnxModel.Load(folder.Root));
        Assert.Equal(folder.Root, error.Path);
    }

    [Theory]
    [InlineData("")]
    [InlineData("<html><body>404</body></html>")]
    [InlineData("version https://git-lfs.github.com/spec/v1")]
    [InlineData("\u0089PNG\r\n")]
    public void What_is_not_ONNX_is_refused_with_its_path(string text)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("m.onnx"), text);
        var error = Assert.Throws<ModelFormatException>(() => OnnxModel.Load(folder.At("m.onnx")));
        Assert.Equal(folder.At("m.onnx"), error.Path);
        Assert.Contains("ONNX", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Every_truncation_is_refused()
    {
        var bytes = Good.ToByteArray();
        var reference = OnnxModel.Load(bytes).ToBytes();
        for (var length = 0; length < bytes.Length; length++)
        {
            try
            {
                // A cut between two top-level fields leaves a shorter valid model: then it must be one.
                Assert.NotEqual(reference, OnnxModel.Load(bytes.AsMemory(0, length)).ToBytes());
            }
            catch (ModelFormatException exception)
            {
                Assert.Contains("ONNX", exception.Message, StringComparison.Ordinal);
            }
        }
    }

    [Fact]
    public void A_model_without_a_graph_is_refused()
    {
        var error = Assert.Throws<ModelFormatException>(() => OnnxModel.Load(new ModelProto { IrVersion = 8 }.ToByteArray()));
        Assert.Contains("no graph", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_graph_in_place_of_a_model_is_refused() =>
        Assert.Throws<ModelFormatException>(() => OnnxModel.Load(Good.Graph.ToByteArray()));

    [Theory]
    [InlineData(33)]
    [InlineData(500)]
    public void Subgraphs_that_nest_too_deep_are_refused(int depth)
    {
        // Written from the inside out, by hand: the library's own writer would recurse.
        var graph = SampleModels.Graph([], ["y"], SampleModels.Node("Relu", ["x"], ["y"])).ToByteArray();
        for (var i = 0; i < depth; i++)
        {
            graph = Field(1, Field(5, [.. Field(1, "then_branch"u8.ToArray()), .. Field(6, graph)]));
        }

        Assert.Throws<ModelFormatException>(() => OnnxModel.Load(Field(7, graph)));
    }

    [Fact]
    public void Stream_memory_and_file_give_the_same_model()
    {
        using var folder = new TemporaryFolder();
        var bytes = Good.ToByteArray();
        File.WriteAllBytes(folder.At("m.onnx"), bytes);
        using var stream = new MemoryStream(bytes);
        Assert.Equal(Good, OnnxModel.Load(folder.At("m.onnx")).Proto);
        Assert.Equal(Good, OnnxModel.Load(stream).Proto);
        Assert.Equal(Good, OnnxModel.Load(bytes.AsMemory()).Proto);
    }

    [Fact]
    public void Fields_that_the_schema_does_not_list_survive()
    {
        byte[] unknown = [.. Good.ToByteArray(), .. Field(1000, "kept"u8.ToArray())];
        Assert.Equal(unknown, OnnxModel.Load(unknown).ToBytes());
    }

    private static byte[] Field(int number, byte[] content)
    {
        using var stream = new MemoryStream();
        using (var output = new CodedOutputStream(stream))
        {
            output.WriteTag(number, WireFormat.WireType.LengthDelimited);
            output.WriteBytes(ByteString.CopyFrom(content));
        }

        return stream.ToArray();
    }
}
