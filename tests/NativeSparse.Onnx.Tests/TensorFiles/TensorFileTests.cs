using System.IO.Compression;
using System.Text;
using NativeSparse.Onnx.Tests.Model;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Onnx.Tests.TensorFiles;

public sealed class TensorFileTests
{
    private static readonly string[] Common =
        ["float64", "float32", "float16", "int64", "int32", "int16", "int8", "uint64", "uint32", "uint16", "uint8", "bool"];

    [Theory]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    public void Every_element_type_and_shape_survives(string extension)
    {
        using var folder = new TemporaryFolder();
        var types = extension == ".npz" ? Common : [.. Common, "bfloat16"];
        long[][] shapes = [[], [0], [1], [3], [2, 3], [2, 0, 3], [1, 2, 3, 1]];
        var tensors = types.SelectMany(type => shapes.Select((shape, i) => Tensor($"{type}.{i}", type, shape))).ToList();
        TensorFile.Write(folder.At("t" + extension), tensors);
        var read = TensorFile.Read(folder.At("t" + extension));
        Assert.Equal(tensors.Count, read.Tensors.Count);
        foreach (var expected in tensors)
        {
            Same(expected, read[expected.Name]);
        }

        Assert.Equal(["t" + extension], folder.Names());
    }

    [Fact]
    public void Safetensors_metadata_survive()
    {
        using var folder = new TemporaryFolder();
        TensorFile.Write(folder.At("t.safetensors"), [Tensor("a", "float32", [2])], new Dictionary<string, string> { ["format"] = "pt", ["\u00e9\""] = "\n" });
        var metadata = TensorFile.Read(folder.At("t.safetensors")).Metadata;
        Assert.Equal(("pt", "\n"), (metadata["format"], metadata["\u00e9\""]));
    }

    [Fact]
    public void The_zoos_safetensors_are_read_and_written_back_alike()
    {
        var files = SharedData.Files("*.safetensors", "zoo");
        if (files.Count == 0)
        {
            Assert.Skip(SharedData.Absent);
        }

        using var folder = new TemporaryFolder();
        foreach (var file in files)
        {
            var read = TensorFile.Read(file);
            Assert.NotEmpty(read.Tensors);
            TensorFile.Write(folder.At("t.safetensors"), read.Tensors, read.Metadata);
            TensorFile.Write(folder.At("t.npz"), read.Tensors);
            var again = TensorFile.Read(folder.At("t.safetensors"));
            var zipped = TensorFile.Read(folder.At("t.npz"));
            foreach (var tensor in read.Tensors)
            {
                Same(tensor, again[tensor.Name]);
                Same(tensor, zipped[tensor.Name]);
            }
        }
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(3)]
    public void Every_version_of_npy_is_read_deflated_too(byte version)
    {
        using var folder = new TemporaryFolder();
        var bytes = Npy("{'descr': '<i4', 'fortran_order': False, 'shape': (2, 3), }", Ints(1, 2, 3, 4, 5, 6), version);
        Zip(folder.At("t.npz"), CompressionLevel.SmallestSize, ("a.npy", bytes), ("readme.txt", [1]));
        File.WriteAllBytes(folder.At("b.npy"), bytes);
        Same(new ConstantTensor("a", "int32", [2, 3], Ints(1, 2, 3, 4, 5, 6)), Assert.Single(TensorFile.Read(folder.At("t.npz")).Tensors));
        Same(new ConstantTensor("b", "int32", [2, 3], Ints(1, 2, 3, 4, 5, 6)), Assert.Single(TensorFile.Read(folder.At("b.npy")).Tensors));
    }

    [Fact]
    public void Fortran_order_is_turned()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("a.npy"), Npy("{'descr': '<i4', 'fortran_order': True, 'shape': (2, 3), }", Ints(1, 4, 2, 5, 3, 6)));
        Same(new ConstantTensor("a", "int32", [2, 3], Ints(1, 2, 3, 4, 5, 6)), TensorFile.Read(folder.At("a.npy"))["a"]);
    }

    [Theory]
    [InlineData("{'descr': '>f4', 'fortran_order': False, 'shape': (1,), }", "element type '>f4'")]
    [InlineData("{'descr': '|O', 'fortran_order': False, 'shape': (1,), }", "element type '|O'")]
    [InlineData("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }", "plain array")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (2,), }", "needs 8 bytes")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (-1,), }", "whole numbers")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (99999999999,), }", "larger than one array")]
    [InlineData("{'descr': '<f4', 'fortran_order': False, 'shape': (4294967296, 4294967296), }", "larger than one array")]
    [InlineData("__import__('os')", "plain array")]
    public void Damaged_or_foreign_npy_is_refused(string header, string message)
    {
        using var folder = new TemporaryFolder();
        var bytes = Npy(header, new byte[4]);
        File.WriteAllBytes(folder.At("a.npy"), [.. bytes[..10], .. bytes[10..]]);
        Zip(folder.At("a.npz"), CompressionLevel.NoCompression, ("a.npy", bytes));
        if (message != "needs 8 bytes")
        {
            Assert.Contains(message, Assert.Throws<ModelFormatException>(() => TensorFile.Read(folder.At("a.npy"))).Message, StringComparison.Ordinal);
            Assert.Contains(message, Assert.Throws<ModelFormatException>(() => TensorFile.Read(folder.At("a.npz"))).Message, StringComparison.Ordinal);
        }
        else
        {
            // The limit counts the header too, so a slightly short file is noticed by its end.
            Assert.Contains("ends after 4 of 8", Assert.Throws<ModelFormatException>(() => TensorFile.Read(folder.At("a.npy"))).Message, StringComparison.Ordinal);
        }
    }

    [Theory]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,8]},\"b\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "overlap")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[4,8]}}", "overlap, leave a gap")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[1],\"data_offsets\":[0,4]}}", "the file has 8")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[0,4]}}", "needs 8 bytes")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[8,16]}}", "needs 8 bytes")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2],\"data_offsets\":[-8,0]}}", "needs 8 bytes")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[9223372036854775807,4],\"data_offsets\":[0,8]}}", "larger than one array")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[-2],\"data_offsets\":[0,8]}}", "negative")]
    [InlineData("{\"a\":{\"dtype\":\"F8_E4M3\",\"shape\":[8],\"data_offsets\":[0,8]}}", "element type F8_E4M3")]
    [InlineData("{\"a\":{\"shape\":[8],\"data_offsets\":[0,8]}}", "header is damaged")]
    [InlineData("{\"a\":{\"dtype\":3,\"shape\":[8],\"data_offsets\":[0,8]}}", "header is damaged")]
    [InlineData("{\"a\":{\"dtype\":\"F32\",\"shape\":[2.5],\"data_offsets\":[0,8]}}", "header is damaged")]
    [InlineData("[1, 2]", "header is damaged")]
    [InlineData("{\"a\":", "header is damaged")]
    public void Damaged_safetensors_are_refused(string header, string message)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("t.safetensors");
        File.WriteAllBytes(path, [.. BitConverter.GetBytes((long)header.Length), .. Encoding.UTF8.GetBytes(header), .. new byte[8]]);
        var error = Assert.Throws<ModelFormatException>(() => TensorFile.Read(path));
        Assert.Contains(message, error.Message, StringComparison.Ordinal);
        Assert.Equal(path, error.Path);
    }

    [Theory]
    [InlineData(-1L)]
    [InlineData(0L)]
    [InlineData(1000L)]
    [InlineData(long.MaxValue)]
    public void A_wrong_header_length_is_refused(long length)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("t.safetensors"), [.. BitConverter.GetBytes(length), .. "{}"u8]);
        Assert.Throws<ModelFormatException>(() => TensorFile.Read(folder.At("t.safetensors")));
    }

    [Theory]
    [InlineData(".npz")]
    [InlineData(".safetensors")]
    [InlineData(".npy")]
    public void Damaged_bytes_give_typed_exceptions_or_tensors(string extension)
    {
        using var folder = new TemporaryFolder();
        var path = folder.At("t" + extension);
        TensorFile.Write(path, [Tensor("a", "float32", [5, 7])]);
        var good = File.ReadAllBytes(path);
        var (refused, read) = (0, 0);
        for (var seed = 0; seed < 1500; seed++)
        {
            File.WriteAllBytes(path, Fuzzing.ByteMutations.Apply(good, new Random(seed)));
            try
            {
                TensorFile.Read(path);
                read++;
            }
            catch (ModelFormatException)
            {
                refused++;
            }
        }

        Assert.True(refused > 100 && read > 100, $"{refused} refused, {read} read");
    }

    [Fact]
    public void A_zip_bomb_is_bounded()
    {
        using var folder = new TemporaryFolder();
        Zip(folder.At("t.npz"), CompressionLevel.SmallestSize, ("a.npy", Npy("{'descr': '|u1', 'fortran_order': False, 'shape': (8,), }", new byte[64 << 20])));
        TensorFile.Read(folder.At("t.npz"));
        var before = GC.GetAllocatedBytesForCurrentThread();
        Assert.Equal(8, TensorFile.Read(folder.At("t.npz"))["a"].Data.Length);
        Assert.InRange(GC.GetAllocatedBytesForCurrentThread() - before, 0, 16 << 20);
    }

    [Fact]
    public void A_refused_write_leaves_the_old_file()
    {
        using var folder = new TemporaryFolder();
        File.WriteAllText(folder.At("t.npz"), "old");
        var tensor = Tensor("a", "float32", [2]);
        Assert.Throws<ArgumentException>(() => TensorFile.Write(folder.At("t.npz"), [tensor, Tensor("b", "bfloat16", [1])]));
        Assert.Throws<ArgumentException>(() => TensorFile.Write(folder.At("t.npz"), [tensor, tensor]));
        Assert.Throws<ArgumentException>(() => TensorFile.Write(folder.At("t.npz"), [tensor with { Shape = [3] }]));
        Assert.Throws<ArgumentException>(() => TensorFile.Write(folder.At("t.npz"), [tensor], new Dictionary<string, string> { ["a"] = "b" }));
        Assert.Throws<ArgumentException>(() => TensorFile.Write(folder.At("t.bin"), [tensor]));
        Assert.Equal("old", File.ReadAllText(folder.At("t.npz")));
        Assert.Equal(["t.npz"], folder.Names());
    }

    [Fact]
    public void Missing_folders_and_other_files_are_told_apart()
    {
        using var folder = new TemporaryFolder();
        Assert.Throws<FileNotFoundException>(() => TensorFile.Read(folder.At("none.npz")));
        Assert.Throws<ArgumentException>(() => TensorFile.Read(folder.At("none.txt")));
        Directory.CreateDirectory(folder.At("d.npz"));
        Assert.Throws<ModelFormatException>(() => TensorFile.Read(folder.At("d.npz")));
        File.WriteAllBytes(folder.At("empty.npz"), []);
        Assert.Throws<ModelFormatException>(() => TensorFile.Read(folder.At("empty.npz")));
    }

    private static ConstantTensor Tensor(string name, string type, long[] shape)
    {
        var bytes = new byte[ElementTypes.Bytes((int)ElementTypes.Parse(type), shape.Aggregate(1L, (product, size) => product * size))];
        for (var i = 0; i < bytes.Length; i++)
        {
            bytes[i] = (byte)(type == "bool" ? i % 2 : (i * 37) + name.Length);
        }

        return new ConstantTensor(name, type, shape, bytes);
    }

    private static void Same(ConstantTensor expected, ConstantTensor actual)
    {
        Assert.Equal((expected.Name, expected.ElementType), (actual.Name, actual.ElementType));
        Assert.Equal(expected.Shape, actual.Shape);
        Assert.True(expected.Data.Span.SequenceEqual(actual.Data.Span));
    }

    private static byte[] Ints(params int[] values) => values.SelectMany(BitConverter.GetBytes).ToArray();

    private static byte[] Npy(string header, byte[] data, byte version = 1)
    {
        var length = version == 1 ? BitConverter.GetBytes((ushort)header.Length) : BitConverter.GetBytes(header.Length);
        return [0x93, .. "NUMPY"u8, version, 0, .. length, .. Encoding.ASCII.GetBytes(header), .. data];
    }

    private static void Zip(string path, CompressionLevel level, params (string Name, byte[] Content)[] entries)
    {
        using var zip = ZipFile.Open(path, ZipArchiveMode.Create);
        foreach (var (name, content) in entries)
        {
            using var stream = zip.CreateEntry(name, level).Open();
            stream.Write(content);
        }
    }
}
