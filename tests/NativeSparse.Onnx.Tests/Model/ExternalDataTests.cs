using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;
using Xunit;

namespace NativeSparse.Onnx.Tests.Model;

public sealed class ExternalDataTests
{
    [Theory]
    [InlineData("../w.bin")]
    [InlineData("sub/../../w.bin")]
    [InlineData("sub/../w.bin")]
    [InlineData("..")]
    [InlineData("..\\w.bin")]
    [InlineData("sub\\..\\..\\w.bin")]
    [InlineData("/etc/passwd")]
    [InlineData("//server/share/w.bin")]
    [InlineData("\\\\server\\share\\w.bin")]
    [InlineData("C:\\w.bin")]
    [InlineData("C:/w.bin")]
    [InlineData("C:w.bin")]
    [InlineData("w.bin:stream")]
    [InlineData("w.bin\0")]
    [InlineData("w\0.bin")]
    [InlineData("")]
    [InlineData(".")]
    [InlineData("./")]
    [InlineData("*/_ORT_MEM_ADDR_/*")]
    public void A_location_outside_the_folder_is_refused(string location)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("model", "sub"));
        File.WriteAllBytes(folder.At("w.bin"), new byte[8]);
        File.WriteAllBytes(folder.At("model", "w.bin"), new byte[8]);
        Refused(folder.At("model"), location, "refused");
        Assert.Throws<ModelFormatException>(() => OnnxModel.Load(Bytes(location, 0, 8)));
    }

    [Theory]
    [InlineData("w.bin")]
    [InlineData("sub/w.bin")]
    [InlineData("./sub//w.bin")]
    [InlineData("inner-link/w.bin")]
    [InlineData("..w.bin")]
    public void A_location_inside_the_folder_is_read(string location)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("sub"));
        Directory.CreateSymbolicLink(folder.At("inner-link"), folder.At("sub"));
        foreach (var file in new[] { folder.At("w.bin"), folder.At("sub", "w.bin"), folder.At("..w.bin") })
        {
            File.WriteAllBytes(file, [.. BitConverter.GetBytes(1f), .. BitConverter.GetBytes(2f)]);
        }

        var model = OnnxModel.Load(Bytes(location, null, null), folder.Root);
        Assert.Equal([1f, 2f], model.Tensors.ReadSingles(model.Proto.Graph.Initializer[0]));
    }

    [Theory]
    [InlineData("file-link")]
    [InlineData("folder-link/w.bin")]
    [InlineData("chain")]
    [InlineData("relative")]
    [InlineData("sub/deep")]
    public void A_symbolic_link_that_leaves_the_folder_is_refused(string location)
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("model", "sub"));
        Directory.CreateDirectory(folder.At("outside"));
        File.WriteAllBytes(folder.At("outside", "w.bin"), new byte[8]);
        File.CreateSymbolicLink(folder.At("model", "file-link"), folder.At("outside", "w.bin"));
        Directory.CreateSymbolicLink(folder.At("model", "folder-link"), folder.At("outside"));
        File.CreateSymbolicLink(folder.At("model", "chain"), "file-link");
        File.CreateSymbolicLink(folder.At("model", "relative"), "../outside/w.bin");
        File.CreateSymbolicLink(folder.At("model", "sub", "deep"), "../../outside/w.bin");
        Refused(folder.At("model"), location, "symbolic link leads out");
    }

    [Fact]
    public void Links_in_a_circle_are_refused()
    {
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.At("a"), "b");
        File.CreateSymbolicLink(folder.At("b"), "a");
        Refused(folder.Root, "a", "symbolic links");
    }

    [Fact]
    public void A_model_folder_behind_a_link_is_fine_and_a_sibling_with_the_same_prefix_is_not()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("model"));
        Directory.CreateDirectory(folder.At("model-other"));
        Directory.CreateSymbolicLink(folder.At("link"), folder.At("model"));
        File.WriteAllBytes(folder.At("model", "w.bin"), new byte[8]);
        File.WriteAllBytes(folder.At("model-other", "w.bin"), new byte[8]);
        File.CreateSymbolicLink(folder.At("model", "sibling"), "../model-other/w.bin");
        File.WriteAllBytes(folder.At("model", "m.onnx"), Bytes("w.bin", 0, 8));
        var model = OnnxModel.Load(folder.At("link", "m.onnx"));
        Assert.Equal([0f, 0f], model.Tensors.ReadSingles(model.Proto.Graph.Initializer[0]));
        Refused(folder.At("model"), "sibling", "symbolic link leads out");
    }

    [Theory]
    [InlineData(1, 8, "which has 8")]
    [InlineData(long.MaxValue, 8, "which has 8")]
    [InlineData(0, 12, "needs 8 external bytes, found 12")]
    public void A_range_outside_the_file_is_refused_at_load(long offset, long length, string message)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("w.bin"), new byte[8]);
        var error = Assert.Throws<ModelFormatException>(() => OnnxModel.Load(Bytes("w.bin", offset, length), folder.Root));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("-1")]
    [InlineData("0x10")]
    [InlineData("")]
    [InlineData("99999999999999999999")]
    public void An_offset_that_is_no_number_is_refused(string offset)
    {
        var model = SampleModels.Adding(SampleModels.External("w", "w.bin", null, null, 2));
        model.Graph.Initializer[0].ExternalData.Add(new StringStringEntryProto { Key = "offset", Value = offset });
        Assert.Contains("'offset'", Assert.Throws<ModelFormatException>(() => SampleModels.Load(model)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_refused()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("w.bin"));
        var model = OnnxModel.Load(Bytes("w.bin", 0, 8), folder.Root);
        Assert.Contains("folder", Assert.Throws<ModelFormatException>(() => model.Tensors.ReadSingles(model.Proto.Graph.Initializer[0])).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Data_that_nobody_asks_for_are_not_read()
    {
        using var folder = new TemporaryFolder();
        var model = OnnxModel.Load(Bytes("w.bin", 0, 8), folder.Root);
        Assert.Equal(Bytes("w.bin", 0, 8), model.ToBytes());
        var error = Assert.Throws<ModelFormatException>(() => model.Tensors.ReadSingles(model.Proto.Graph.Initializer[0]));
        Assert.Equal("w", error.Site);
        Assert.Contains("does not exist", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_model_without_a_folder_says_so_when_data_are_asked_for()
    {
        var model = OnnxModel.Load(Bytes("w.bin", 0, 8));
        var error = Assert.Throws<ModelFormatException>(() => model.Tensors.ReadSingles(model.Proto.Graph.Initializer[0]));
        Assert.Contains("without a folder", error.Message, StringComparison.Ordinal);
    }

    private static byte[] Bytes(string location, long? offset, long? length) =>
        SampleModels.Adding(SampleModels.External("w", location, offset, length, 2)).ToByteArray();

    private static void Refused(string folder, string location, string reason)
    {
        File.WriteAllBytes(Path.Combine(folder, "m.onnx"), Bytes(location, 0, 8));
        var error = Assert.Throws<ModelFormatException>(() => OnnxModel.Load(Path.Combine(folder, "m.onnx")));
        Assert.Contains(reason, error.Message, StringComparison.Ordinal);
    }
}
