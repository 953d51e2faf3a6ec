using System.Text.Json;

namespace NativeSparse.Onnx.Tests;

/// <summary>The tensors of a safetensors file; none when the file is absent (a model without sites has no probes).</summary>
internal sealed class SafetensorsFile
{
    private readonly Dictionary<string, (string Type, long[] Shape, byte[] Data)> _tensors = [];

    private SafetensorsFile()
    {
    }

    public IEnumerable<string> Names => _tensors.Keys;

    public static SafetensorsFile Read(string path)
    {
        var file = new SafetensorsFile();
        if (!File.Exists(path))
        {
            return file;
        }

        var bytes = File.ReadAllBytes(path);
        var header = (int)BitConverter.ToInt64(bytes);
        using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
        foreach (var entry in json.RootElement.EnumerateObject())
        {
            if (entry.Name != "__metadata__")
            {
                var offsets = entry.Value.GetProperty("data_offsets");
                var (start, end) = (8 + header + offsets[0].GetInt32(), 8 + header + offsets[1].GetInt32());
                file._tensors[entry.Name] = (
                    entry.Value.GetProperty("dtype").GetString()!,
                    entry.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()).ToArray(),
                    bytes[start..end]);
            }
        }

        return file;
    }

    public (string Type, long[] Shape, byte[] Data) Tensor(string name) => _tensors[name];

    /// <summary>A float64 tensor; null when there is none of that name.</summary>
    public (long[] Shape, double[] Values)? Find(string name)
    {
        if (!_tensors.TryGetValue(name, out var tensor) || tensor.Type != "F64")
        {
            return null;
        }

        var values = new double[tensor.Data.Length / 8];
        Buffer.BlockCopy(tensor.Data, 0, values, 0, tensor.Data.Length);
        return (tensor.Shape, values);
    }
}
