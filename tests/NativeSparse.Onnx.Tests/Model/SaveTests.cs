using Google.Protobuf;
using Microsoft.ML.OnnxRuntime;
using NativeSparse.Onnx.Protobuf;
using Xunit;

namespace NativeSparse.Onnx.Tests.Model;

public sealed class SaveTests
{
    private static readonly SaveOptions Outside = new() { ExternalDataThreshold = 0, SmallestExternal = 256 };

    [Fact]
    public void A_small_model_is_one_file_and_equal()
    {
        using var folder = new TemporaryFolder();
        var model = SampleModels.Chain(3, 100);
        SampleModels.Load(model).Save(folder.At("m.onnx"));
        Assert.Equal(model, OnnxModel.Load(folder.At("m.onnx")).Proto);
        Assert.Equal(["m.onnx"], folder.Names());
    }

    [Fact]
    public void A_socket_is_not_replaced_by_a_file()
    {
        using var folder = new TemporaryFolder();
        using var socket = new System.Net.Sockets.Socket(
            System.Net.Sockets.AddressFamily.Unix, System.Net.Sockets.SocketType.Stream, System.Net.Sockets.ProtocolType.Unspecified);
        socket.Bind(new System.Net.Sockets.UnixDomainSocketEndPoint(folder.At("s")));
        Assert.Throws<IOException>(() => SampleModels.Load(SampleModels.Chain(3, 100)).Save(folder.At("s")));
        Assert.Equal(["s"], folder.Names());
    }

    [Fact]
    public void An_empty_file_is_replaced()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("m.onnx"), "");
        SampleModels.Load(SampleModels.Chain(3, 100)).Save(folder.At("m.onnx"));
        Assert.Equal(SampleModels.Chain(3, 100), OnnxModel.Load(folder.At("m.onnx")).Proto);
    }

    [Fact]
    [Trait("Needs", "OnnxRuntime")]
    public void Above_the_threshold_weights_go_to_an_aligned_data_file_that_ONNX_Runtime_reads()
    {
        using var folder = new TemporaryFolder();
        var chain = SampleModels.Chain(3, 20_000);
        chain.Graph.Initializer.Add(SampleModels.Singles("small", [1, 2], 2));
        SampleModels.Load(chain).Save(folder.At("m.onnx"), Outside, TestContext.Current.CancellationToken);
        Assert.Equal(["m.onnx", "m.onnx.data"], folder.Names());
        Assert.True(new FileInfo(folder.At("m.onnx")).Length < 2000);
        var loaded = OnnxModel.Load(folder.At("m.onnx"));
        var references = loaded.Proto.Graph.Initializer.Take(3).Select(tensor => ExternalReference.Parse(tensor, null)).ToList();
        Assert.All(references, reference => Assert.Equal(("m.onnx.data", 0L), (reference.Location, reference.Offset % 4096)));
        Assert.False(TensorReader.IsExternal(loaded.Proto.Graph.Initializer[3]));
        SameWeights(SampleModels.Load(chain), loaded);
        SameOutputs(chain.ToByteArray(), folder.At("m.onnx"));
    }

    [Fact]
    public void External_data_are_carried_to_the_new_place_and_tied_weights_stay_tied()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("to"));
        var chain = SampleModels.Chain(2, 300);
        SampleModels.Load(chain).Save(folder.At("m.onnx"), Outside, TestContext.Current.CancellationToken);
        var source = OnnxModel.Load(folder.At("m.onnx"));
        var tied = source.Proto.Graph.Initializer[0].Clone();
        tied.Name = "tied";
        source.Proto.Graph.Initializer.Add(tied);
        source.Save(folder.At("to", "n.onnx"));
        var copy = OnnxModel.Load(folder.At("to", "n.onnx"));
        SameWeights(source, copy);
        var references = copy.Proto.Graph.Initializer.Select(tensor => ExternalReference.Parse(tensor, null)).ToList();
        Assert.Equal(references[0], references[2]);
        Assert.Equal("n.onnx.data", references[0].Location);
        Assert.Equal("m.onnx.data", ExternalReference.Parse(source.Proto.Graph.Initializer[0], null).Location);
    }

    [Fact]
    public void Saving_over_the_loaded_file_and_its_data_is_safe()
    {
        using var folder = new TemporaryFolder();
        var chain = SampleModels.Chain(4, 300);
        SampleModels.Load(chain).Save(folder.At("m.onnx"), Outside, TestContext.Current.CancellationToken);
        var model = OnnxModel.Load(folder.At("m.onnx"));
        var expected = model.Proto.Graph.Initializer.Skip(1).Select(model.Tensors.ReadSingles).ToList();
        model.Proto.Graph.Initializer.RemoveAt(0);
        for (var round = 0; round < 3; round++)
        {
            model.Metadata["round"] = $"{round}";
            model.Save(folder.At("m.onnx"));
            Assert.Equal(expected, model.Proto.Graph.Initializer.Select(model.Tensors.ReadSingles));
            var again = OnnxModel.Load(folder.At("m.onnx"));
            Assert.Equal(expected, again.Proto.Graph.Initializer.Select(again.Tensors.ReadSingles));
            Assert.Equal($"{round}", again.Metadata["round"]);
        }

        Assert.Equal(["m.onnx", "m.onnx.data"], folder.Names());
    }

    [Fact]
    public void Saving_over_the_data_file_through_a_link_is_safe()
    {
        using var folder = new TemporaryFolder();
        SampleModels.Load(SampleModels.Chain(2, 300)).Save(folder.At("m.onnx"), Outside, TestContext.Current.CancellationToken);
        Directory.CreateSymbolicLink(folder.At("link"), folder.Root);
        var model = OnnxModel.Load(folder.At("m.onnx"));
        var expected = model.Tensors.ReadSingles(model.Proto.Graph.Initializer[1]);
        model.Proto.Graph.Initializer.RemoveAt(0);
        model.Save(folder.At("link", "m.onnx"));
        Assert.Equal(expected, model.Tensors.ReadSingles(model.Proto.Graph.Initializer[0]));
    }

    [Fact]
    public void A_link_to_a_file_stays_and_the_file_is_replaced()
    {
        using var folder = new TemporaryFolder();
        Directory.CreateDirectory(folder.At("real"));
        File.WriteAllText(folder.At("real", "m.onnx"), "old");
        File.CreateSymbolicLink(folder.At("link.onnx"), folder.At("real", "m.onnx"));

        SampleModels.Load(SampleModels.Chain(2, 8)).Save(folder.At("link.onnx"));

        Assert.Equal(folder.At("real", "m.onnx"), new FileInfo(folder.At("link.onnx")).LinkTarget);
        Assert.NotEmpty(OnnxModel.Load(folder.At("real", "m.onnx")).Proto.Graph.Node);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/stdout")]
    [InlineData("nowhere.onnx")]
    public void A_link_to_anything_else_is_refused_and_stays(string target)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: there are no devices by path");
        using var folder = new TemporaryFolder();
        File.CreateSymbolicLink(folder.At("link.onnx"), target);

        var error = Assert.Throws<IOException>(() => SampleModels.Load(SampleModels.Chain(2, 8)).Save(folder.At("link.onnx")));

        Assert.Contains(target, error.Message, StringComparison.Ordinal);
        Assert.Equal(target, new FileInfo(folder.At("link.onnx")).LinkTarget);
        Assert.Throws<IOException>(() => SampleModels.Load(SampleModels.Chain(2, 8)).Save("/dev/stdout"));
    }

    [Fact]
    public void A_name_as_long_as_names_can_be_is_written()
    {
        using var folder = new TemporaryFolder();
        var path = folder.At($"{new string('a', 250)}.onnx");
        SampleModels.Load(SampleModels.Chain(2, 8)).Save(path);
        Assert.NotEmpty(OnnxModel.Load(path).Proto.Graph.Node);
    }

    [Theory]
    [InlineData("/dev/null")]
    [InlineData("/dev/zero")]
    public void A_device_is_no_model(string path)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "skipped: there are no devices by path");
        Assert.Contains("a device", Assert.Throws<ModelFormatException>(() => OnnxModel.Load(path)).Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_failed_save_leaves_the_old_files_and_nothing_else()
    {
        using var folder = new TemporaryFolder();
        var old = SampleModels.Load(SampleModels.Chain(2, 300));
        old.Save(folder.At("m.onnx"), Outside, TestContext.Current.CancellationToken);
        var before = (File.ReadAllBytes(folder.At("m.onnx")), File.ReadAllBytes(folder.At("m.onnx.data")));
        Directory.CreateDirectory(folder.At("source"));
        SampleModels.Load(SampleModels.Chain(3, 500)).Save(folder.At("source", "m.onnx"), Outside, TestContext.Current.CancellationToken);
        var model = OnnxModel.Load(folder.At("source", "m.onnx"));
        File.Delete(folder.At("source", "m.onnx.data"));
        Assert.Throws<ModelFormatException>(() => model.Save(folder.At("m.onnx")));
        Assert.Equal(before.Item1, File.ReadAllBytes(folder.At("m.onnx")));
        Assert.Equal(before.Item2, File.ReadAllBytes(folder.At("m.onnx.data")));
        Assert.Equal(["m.onnx", "m.onnx.data", "source"], folder.Names());
    }

    [Fact]
    public void A_cancelled_save_leaves_nothing()
    {
        using var folder = new TemporaryFolder();
        using var cancelled = new CancellationTokenSource();
        cancelled.Cancel();
        var model = SampleModels.Load(SampleModels.Chain(2, 300));
        Assert.ThrowsAny<OperationCanceledException>(() => model.Save(folder.At("m.onnx"), Outside, cancelled.Token));
        Assert.Empty(folder.Names());
    }

    [Fact]
    public void A_failed_last_rename_brings_the_first_file_back()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("data"), "old");
        using (var files = new FileReplacement())
        {
            files.Create(folder.At("new")).WriteByte(1);
            files.Create(folder.At("data")).WriteByte(1);
            files.Create(folder.At("model")).WriteByte(2);
            Directory.CreateDirectory(folder.At("model"));
            Assert.ThrowsAny<Exception>(files.Commit);
        }

        Assert.Equal("old", File.ReadAllText(folder.At("data")));
        Assert.Equal(["data", "model"], folder.Names());
    }

    [Fact]
    public void A_folder_that_takes_no_file_is_an_error_that_names_the_file_asked_for()
    {
        Assert.SkipUnless(OperatingSystem.IsLinux(), "needs /proc, which takes no file from anybody");
        using var files = new FileReplacement();
        var error = Assert.Throws<IOException>(() => files.Create("/proc/model.onnx"));
        Assert.Contains("'/proc/model.onnx' cannot be written", error.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(".tmp", error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void A_folder_in_place_of_the_file_is_an_error()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<IOException>(() => SampleModels.Load(SampleModels.Chain(1, 1)).Save(folder.Root));
    }

    [Fact]
    public void Metadata_are_read_changed_added_and_removed_in_place()
    {
        var proto = SampleModels.Chain(1, 1);
        proto.MetadataProps.Add(new StringStringEntryProto { Key = "b", Value = "1" });
        proto.MetadataProps.Add(new StringStringEntryProto { Key = "a", Value = "2" });
        proto.MetadataProps.Add(new StringStringEntryProto { Key = "c", Value = "3" });
        var model = SampleModels.Load(proto);
        Assert.Equal(proto, OnnxModel.Load(model.ToBytes()).Proto);
        model.Metadata.Remove("a");
        model.Metadata["b"] = "4";
        model.Metadata["nativesparse.plan"] = "{}";
        var written = OnnxModel.Load(model.ToBytes()).Proto.MetadataProps;
        Assert.Equal([("b", "4"), ("c", "3"), ("nativesparse.plan", "{}")], written.Select(entry => (entry.Key, entry.Value)));
    }

    [Fact]
    [Trait("Needs", "OnnxRuntime")]
    public void A_session_reads_weights_that_do_not_fit_the_bytes_from_a_folder_it_owns()
    {
        using var folder = new TemporaryFolder();
        var chain = SampleModels.Chain(3, 300);
        SampleModels.Load(chain).Save(folder.At("m.onnx"), Outside, TestContext.Current.CancellationToken);
        var model = OnnxModel.Load(folder.At("m.onnx"));
        model.Proto.Graph.Initializer[1] = SampleModels.Load(chain).Proto.Graph.Initializer[1];
        var session = model.ToSession(Outside, TestContext.Current.CancellationToken);
        Assert.True(session.Spilled);
        Assert.True(session.Bytes.Length < 2000);
        var x = Enumerable.Range(0, 300).Select(i => (float)i).ToArray();
        using (var options = Session.Options(session.Folder))
        using (var with = new InferenceSession(session.Bytes, options))
        using (var plain = Session.Options())
        using (var without = new InferenceSession(chain.ToByteArray(), plain))
        {
            Assert.Equal(Session.Run(without, ("v0", x)), Session.Run(with, ("v0", x)));
        }

        session.Dispose();
        session.Dispose();
        Assert.False(Directory.Exists(session.Folder));
        Assert.Equal("m.onnx.data", ExternalReference.Parse(model.Proto.Graph.Initializer[0], null).Location);
    }

    [Fact]
    [Trait("Needs", "OnnxRuntime")]
    public void A_session_reads_external_data_from_the_models_folder()
    {
        using var folder = new TemporaryFolder();
        var chain = SampleModels.Chain(2, 300);
        SampleModels.Load(chain).Save(folder.At("m.onnx"), Outside, TestContext.Current.CancellationToken);
        using var session = OnnxModel.Load(folder.At("m.onnx")).ToSession(cancellationToken: TestContext.Current.CancellationToken);
        Assert.False(session.Spilled);
        using var options = Session.Options(session.Folder);
        using var with = new InferenceSession(session.Bytes, options);
        Assert.Equal(new float[300].Select((_, i) => 1000f + i + i), Session.Run(with, ("v0", new float[300])));
    }

    private static void SameWeights(OnnxModel expected, OnnxModel actual)
    {
        Assert.Equal(expected.Proto.Graph.Initializer.Count, actual.Proto.Graph.Initializer.Count);
        foreach (var (left, right) in expected.Proto.Graph.Initializer.Zip(actual.Proto.Graph.Initializer))
        {
            Assert.Equal(left.Name, right.Name);
            Assert.Equal(expected.Tensors.ReadSingles(left), actual.Tensors.ReadSingles(right));
        }
    }

    private static void SameOutputs(byte[] expected, string path)
    {
        using var options = Session.Options();
        using var before = new InferenceSession(expected, options);
        using var after = new InferenceSession(path, options);
        var x = Enumerable.Range(0, (int)before.InputMetadata["v0"].Dimensions[0]).Select(i => i * 0.5f).ToArray();
        Assert.Equal(Session.Run(before, ("v0", x)), Session.Run(after, ("v0", x)));
    }
}
