using System.Runtime.InteropServices;
using Google.Protobuf;
using NativeSparse.Onnx.Protobuf;
using Xunit;
using DataType = NativeSparse.Onnx.Protobuf.TensorProto.Types.DataType;

namespace NativeSparse.Onnx.Tests.Model;

public sealed class TensorReaderTests
{
    private static readonly float[] Reals = [0f, -1.5f, 0.25f, 1024f, -0.0f];
    private static readonly TensorReader Reader = new(new ExternalFolder(null, null), "m.onnx");

    public static TheoryData<int> FloatingTypes() => [(int)DataType.Float, (int)DataType.Float16, (int)DataType.Bfloat16, (int)DataType.Double];

    public static TheoryData<int, long[]> IntegerTypes() => new()
    {
        { (int)DataType.Int8, [-128, 127, 0] },
        { (int)DataType.Uint8, [0, 255, 7] },
        { (int)DataType.Int16, [short.MinValue, short.MaxValue, 1] },
        { (int)DataType.Uint16, [0, ushort.MaxValue, 1] },
        { (int)DataType.Int32, [int.MinValue, int.MaxValue, -1] },
        { (int)DataType.Uint32, [0, uint.MaxValue, 1] },
        { (int)DataType.Int64, [long.MinValue, long.MaxValue, -1] },
        { (int)DataType.Uint64, [0, long.MaxValue, 1] },
        { (int)DataType.Int4, [-8, 7, -1] },
        { (int)DataType.Uint4, [0, 15, 9] },
        { (int)DataType.Bool, [1, 0, 1] },
    };

    [Theory]
    [MemberData(nameof(FloatingTypes))]
    public void Floating_types_read_alike_from_raw_typed_and_external_data(int type)
    {
        var (raw, typed) = Real(type);
        Assert.Equal(Reals, Reader.ReadSingles(raw));
        Assert.Equal(Reals, Reader.ReadSingles(typed));
        Assert.Equal(raw.RawData.ToByteArray(), Reader.ReadBytes(typed).ToArray());
        WithExternal(raw, (reader, external) =>
        {
            Assert.Equal(Reals, reader.ReadSingles(external));
            Assert.Equal(raw.RawData.ToByteArray(), reader.ReadBytes(external).ToArray());
        });
    }

    [Theory]
    [MemberData(nameof(IntegerTypes))]
    public void Integer_types_read_alike_from_raw_typed_and_external_data(int type, long[] values)
    {
        var typed = TypedIntegers(type, values);
        var raw = new TensorProto { Name = "t", DataType = type, RawData = ByteString.CopyFrom(Reader.ReadBytes(typed).Span) };
        raw.Dims.Add(values.Length);
        Assert.Equal(ElementTypes.Bytes(type, values.Length), raw.RawData.Length);
        Assert.Equal(values, Reader.ReadIntegers<long>(typed));
        Assert.Equal(values, Reader.ReadIntegers<long>(raw));
        WithExternal(raw, (reader, external) => Assert.Equal(values, reader.ReadIntegers<long>(external)));
    }

    [Fact]
    public void A_constant_survives_the_way_to_a_tensor_and_back()
    {
        foreach (var name in new[] { "float32", "float16", "bfloat16", "float64", "int8", "uint8", "int32", "int64", "uint4", "int4", "bool" })
        {
            var bytes = new byte[ElementTypes.Bytes((int)ElementTypes.Parse(name), 6)];
            for (var i = 0; i < bytes.Length; i++)
            {
                bytes[i] = (byte)(i % 2);
            }

            var back = Reader.ReadConstant(TensorWriter.ToProto(new ConstantTensor("up", name, [2, 3], bytes), "site.up"));
            Assert.Equal(("site.up", name), (back.Name, back.ElementType));
            Assert.Equal([2L, 3L], back.Shape);
            Assert.Equal(bytes, back.Data.ToArray());
        }
    }

    [Fact]
    public void A_value_that_does_not_fit_is_refused() =>
        Assert.Contains("does not fit", Refused(() => Reader.ReadIntegers<sbyte>(TypedIntegers((int)DataType.Int64, [300]))), StringComparison.Ordinal);

    [Theory]
    [InlineData(new long[] { 6 }, "needs 24 raw bytes, found 20")]
    [InlineData(new long[] { -5 }, "negative")]
    [InlineData(new long[] { long.MaxValue, long.MaxValue }, "too large")]
    [InlineData(new long[] { 1L << 40, 1L << 22 }, "too large")]
    [InlineData(new long[] { 1L << 40 }, "needs 4398046511104 raw bytes")]
    [InlineData(new long[] { 0 }, "needs 0 raw bytes, found 20")]
    [InlineData(new long[] { 1L << 62, 0, 1L << 62 }, "too large")]
    [InlineData(new long[] { 5, 0 }, "needs 0 raw bytes")]
    public void Dimensions_that_do_not_match_the_data_are_refused(long[] dims, string message)
    {
        var tensor = Real((int)DataType.Float).Raw;
        tensor.Dims.Clear();
        tensor.Dims.AddRange(dims);
        Assert.Contains(message, Refused(() => Reader.ReadSingles(tensor)), StringComparison.Ordinal);
    }

    [Fact]
    public void Giant_dimensions_without_data_allocate_nothing()
    {
        var tensor = new TensorProto { Name = "t", DataType = (int)DataType.Float };
        tensor.Dims.Add(1L << 31);
        var before = GC.GetAllocatedBytesForCurrentThread();
        Refused(() => Reader.ReadSingles(tensor));
        Assert.True(GC.GetAllocatedBytesForCurrentThread() - before < 1 << 20);
    }

    [Fact]
    public void Types_are_checked_and_named()
    {
        var text = new TensorProto { Name = "t", DataType = (int)DataType.String };
        var odd = new TensorProto { Name = "t", DataType = 99 };
        Assert.Contains("string", Refused(() => Reader.ReadBytes(text)), StringComparison.Ordinal);
        Assert.Contains("type 99", Refused(() => Reader.ReadSingles(odd)), StringComparison.Ordinal);
        Assert.Contains("int64", Refused(() => Reader.ReadSingles(TypedIntegers((int)DataType.Int64, [1]))), StringComparison.Ordinal);
    }

    [Fact]
    public void A_scalar_has_one_element()
    {
        var tensor = new TensorProto { Name = "t", DataType = (int)DataType.Float };
        tensor.FloatData.Add(3);
        Assert.Equal([3f], Reader.ReadSingles(tensor));
    }

    private static string Refused(Func<object> read)
    {
        var error = Assert.Throws<ModelFormatException>(() => { read(); });
        Assert.Equal(("m.onnx", "t"), (error.Path, error.Site));
        return error.Message;
    }

    private static (TensorProto Raw, TensorProto Typed) Real(int type)
    {
        var raw = new TensorProto { Name = "t", DataType = type };
        raw.Dims.Add(Reals.Length);
        var typed = raw.Clone();
        switch ((DataType)type)
        {
            case DataType.Float:
                raw.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(Reals.AsSpan()));
                typed.FloatData.AddRange(Reals);
                break;
            case DataType.Double:
                var doubles = Reals.Select(value => (double)value).ToArray();
                raw.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(doubles.AsSpan()));
                typed.DoubleData.AddRange(doubles);
                break;
            default:
                var bits = Reals.Select(value => (DataType)type == DataType.Float16
                    ? BitConverter.HalfToUInt16Bits((Half)value)
                    : (ushort)(BitConverter.SingleToUInt32Bits(value) >> 16)).ToArray();
                raw.RawData = ByteString.CopyFrom(MemoryMarshal.AsBytes(bits.AsSpan()));
                typed.Int32Data.AddRange(bits.Select(value => (int)value));
                break;
        }

        return (raw, typed);
    }

    private static TensorProto TypedIntegers(int type, long[] values)
    {
        var tensor = new TensorProto { Name = "t", DataType = type };
        tensor.Dims.Add(values.Length);
        switch ((DataType)type)
        {
            case DataType.Int64:
                tensor.Int64Data.AddRange(values);
                break;
            case DataType.Uint32 or DataType.Uint64:
                tensor.Uint64Data.AddRange(values.Select(value => (ulong)value));
                break;
            case DataType.Int4 or DataType.Uint4:
                tensor.Int32Data.AddRange(values.Chunk(2).Select(pair => (int)((pair[0] & 15) | ((pair.ElementAtOrDefault(1) & 15) << 4))));
                break;
            default:
                tensor.Int32Data.AddRange(values.Select(value => (int)value));
                break;
        }

        return tensor;
    }

    private static void WithExternal(TensorProto raw, Action<TensorReader, TensorProto> check)
    {
        using var folder = new TemporaryFolder();
        File.WriteAllBytes(folder.At("w.bin"), [9, 9, 9, .. raw.RawData.ToByteArray(), 9]);
        var external = raw.Clone();
        new ExternalReference("w.bin", 3, raw.RawData.Length).WriteTo(external);
        check(new TensorReader(new ExternalFolder(folder.Root, null), null), external);
    }
}
