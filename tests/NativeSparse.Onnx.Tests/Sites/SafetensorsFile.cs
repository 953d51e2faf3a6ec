using System.Text.Json;

namespace NativeSparse.Onnx.Tests;

/// <summary>The float64 tensors of a safetensors file; none when the file is absent (a model without sites has no probes).</summary>
internal sealed class SafetensorsFile
{
    private readonly Dictionary<string, (long[] Shape, double[] Values)> _tensors = [];

    private SafetensorsFile()
    {
    }

    public static SafetensorsFile Read(string path)
    {
        if (!File.Exists(path))
        {
            return new SafetensorsFile();
        }

        var bytes = File.ReadAllBytes(path);
        var header = (int)BitConverter.ToInt64(bytes);
        using var json = JsonDocument.Parse(bytes.AsMemory(8, header));
        var file = new SafetensorsFile();
        foreach (var entry in json.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__" || entry.Value.GetProperty("dtype").GetString() != "F64")
            {
                continue;
            }

            var offsets = entry.Value.GetProperty("data_offsets");
            var start = 8 + header + offsets[0].GetInt32();
            var values = new double[(offsets[1].GetInt32() - offsets[0].GetInt32()) / 8];
            Buffer.BlockCopy(bytes, start, values, 0, values.Length * 8);
            file._tensors[entry.Name] = (entry.Value.GetProperty("shape").EnumerateArray().Select(d => d.GetInt64()).ToArray(), values);
        }

        return file;
    }

    public (long[] Shape, double[] Values)? Find(string name) => _tensors.TryGetValue(name, out var tensor) ? tensor : null;
}
