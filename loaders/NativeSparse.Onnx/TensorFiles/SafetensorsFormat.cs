using System.Buffers.Binary;
using System.Text.Json;

namespace NativeSparse.Onnx;

/// <summary>Reads and writes the safetensors layout: header length, JSON header, data without gaps.</summary>
internal static class SafetensorsFormat
{
    private const long LongestHeader = 100_000_000;
    private const string MetadataKey = "__metadata__";

    private static readonly (string Name, string ElementType)[] Types =
    [
        ("F64", "float64"), ("F32", "float32"), ("F16", "float16"), ("BF16", "bfloat16"),
        ("I64", "int64"), ("I32", "int32"), ("I16", "int16"), ("I8", "int8"),
        ("U64", "uint64"), ("U32", "uint32"), ("U16", "uint16"), ("U8", "uint8"), ("BOOL", "bool"),
    ];

    internal static TensorFile Read(FileStream stream, string path)
    {
        Span<byte> prefix = stackalloc byte[8];
        var length = stream.ReadAtLeast(prefix, 8, throwOnEndOfStream: false) == 8 ? BinaryPrimitives.ReadInt64LittleEndian(prefix) : -1;
        if (length < 2 || length > LongestHeader || length > stream.Length - 8)
        {
            throw new ModelFormatException($"not a safetensors file: the header should have {length} of {stream.Length} bytes", path);
        }

        var header = new byte[length];
        stream.ReadExactly(header);
        try
        {
            using var json = JsonDocument.Parse(header);
            return ReadTensors(stream, json.RootElement, 8 + length, path);
        }
        catch (Exception exception) when (exception is JsonException or InvalidOperationException or FormatException or KeyNotFoundException)
        {
            throw new ModelFormatException($"the safetensors header is damaged: {exception.Message}", path, innerException: exception);
        }
    }

    internal static void Write(Stream stream, IReadOnlyList<ConstantTensor> tensors, IReadOnlyDictionary<string, string> metadata)
    {
        using var header = new MemoryStream();
        using (var json = new Utf8JsonWriter(header))
        {
            json.WriteStartObject();
            if (metadata.Count > 0)
            {
                json.WriteStartObject(MetadataKey);
                foreach (var (key, value) in metadata)
                {
                    json.WriteString(key, value);
                }

                json.WriteEndObject();
            }

            long offset = 0;
            foreach (var tensor in tensors)
            {
                WriteEntry(json, tensor, offset);
                offset += tensor.Data.Length;
            }

            json.WriteEndObject();
        }

        // Spaces after the header keep the data aligned.
        header.Write("       "u8[..(int)((8 - (header.Length % 8)) % 8)]);
        Span<byte> prefix = stackalloc byte[8];
        BinaryPrimitives.WriteInt64LittleEndian(prefix, header.Length);
        stream.Write(prefix);
        header.WriteTo(stream);
        foreach (var tensor in tensors)
        {
            stream.Write(tensor.Data.Span);
        }
    }

    private static TensorFile ReadTensors(FileStream stream, JsonElement root, long start, string path)
    {
        var metadata = new Dictionary<string, string>(StringComparer.Ordinal);
        var entries = new List<(string Name, string Type, long[] Shape, long Begin, long End)>();
        foreach (var property in root.EnumerateObject())
        {
            if (property.Name == MetadataKey)
            {
                foreach (var item in property.Value.EnumerateObject())
                {
                    metadata[item.Name] = item.Value.GetString() ?? "";
                }

                continue;
            }

            entries.Add(Entry(property, stream.Length - start, path));
        }

        // In the order of the data, no byte may belong to two tensors and none to nobody.
        long expected = 0;
        var tensors = new List<ConstantTensor>(entries.Count);
        var names = new HashSet<string>(StringComparer.Ordinal);
        foreach (var entry in entries.OrderBy(entry => entry.Begin).ThenBy(entry => entry.End))
        {
            if (entry.Begin != expected || !names.Add(entry.Name))
            {
                throw new ModelFormatException(
                    $"tensor '{entry.Name}' starts at byte {entry.Begin} of the data, expected {expected}: tensors overlap, leave a gap or repeat", path, entry.Name);
            }

            expected = entry.End;
            var data = new byte[entry.End - entry.Begin];
            stream.Position = start + entry.Begin;
            stream.ReadExactly(data);
            tensors.Add(new ConstantTensor(entry.Name, entry.Type, entry.Shape, data));
        }

        return expected == stream.Length - start
            ? new TensorFile(tensors, metadata)
            : throw new ModelFormatException($"the tensors need {expected} bytes of data, the file has {stream.Length - start}", path);
    }

    private static (string Name, string Type, long[] Shape, long Begin, long End) Entry(JsonProperty property, long available, string path)
    {
        var name = property.Name;
        var dtype = property.Value.GetProperty("dtype").GetString();
        var type = Array.Find(Types, candidate => candidate.Name == dtype).ElementType
            ?? throw new ModelFormatException($"tensor '{name}' has element type {dtype}, expected one of {string.Join(", ", Types.Select(t => t.Name))}", path, name);
        var shape = property.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt64()).ToArray();
        var offsets = property.Value.GetProperty("data_offsets").EnumerateArray().Select(offset => offset.GetInt64()).ToArray();
        var bytes = TensorSize.Bytes(shape, ElementTypes.Bits((int)ElementTypes.Parse(type)) / 8, name, path);
        if (offsets.Length != 2 || offsets[0] < 0 || offsets[1] < offsets[0] || offsets[1] > available || offsets[1] - offsets[0] != bytes)
        {
            throw new ModelFormatException(
                $"tensor '{name}': {dtype} [{string.Join(", ", shape)}] needs {bytes} bytes, data_offsets are [{string.Join(", ", offsets)}] of {available}", path, name);
        }

        return (name, type, shape, offsets[0], offsets[1]);
    }

    private static void WriteEntry(Utf8JsonWriter json, ConstantTensor tensor, long offset)
    {
        var name = Array.Find(Types, type => type.ElementType == tensor.ElementType).Name
            ?? throw new ArgumentException($"safetensors files have no {tensor.ElementType} (tensor '{tensor.Name}')", nameof(tensor));
        if (tensor.Name == MetadataKey)
        {
            throw new ArgumentException($"a tensor may not be called {MetadataKey}", nameof(tensor));
        }

        json.WriteStartObject(tensor.Name);
        json.WriteString("dtype", name);
        json.WriteStartArray("shape");
        foreach (var size in tensor.Shape)
        {
            json.WriteNumberValue(size);
        }

        json.WriteEndArray();
        json.WriteStartArray("data_offsets");
        json.WriteNumberValue(offset);
        json.WriteNumberValue(offset + tensor.Data.Length);
        json.WriteEndArray();
        json.WriteEndObject();
    }
}
