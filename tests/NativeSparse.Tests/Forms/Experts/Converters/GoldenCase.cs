using System.Runtime.InteropServices;
using System.Text;
using System.Text.Json;
using NativeSparse.Testing;
using Xunit;

namespace NativeSparse.Tests.Forms.Experts.Converters;

/// <summary>One safetensors file of reference vectors with the settings in its metadata.</summary>
internal sealed class GoldenCase
{
    private const string NoFile = "(none)";

    private readonly Dictionary<string, (int[] Shape, string Type, byte[] Bytes)> _tensors = [];

    private GoldenCase(string path)
    {
        var bytes = File.ReadAllBytes(path);
        var length = (int)BitConverter.ToInt64(bytes);
        using var header = JsonDocument.Parse(Encoding.UTF8.GetString(bytes, 8, length));
        Settings = JsonDocument.Parse("{}").RootElement;
        foreach (var entry in header.RootElement.EnumerateObject())
        {
            if (entry.Name == "__metadata__")
            {
                if (entry.Value.TryGetProperty("settings", out var settings))
                {
                    Settings = JsonDocument.Parse(settings.GetString()!).RootElement;
                }

                continue;
            }

            var offsets = entry.Value.GetProperty("data_offsets");
            var (start, end) = (8 + length + offsets[0].GetInt32(), 8 + length + offsets[1].GetInt32());
            int[] shape = [.. entry.Value.GetProperty("shape").EnumerateArray().Select(size => size.GetInt32())];
            _tensors[entry.Name] = (shape, entry.Value.GetProperty("dtype").GetString()!, bytes[start..end]);
        }
    }

    public JsonElement Settings { get; }

    /// <summary>The files of a paper's folder; one row that skips where there are none.</summary>
    public static TheoryData<string> List(string paper)
    {
        var files = SharedData.Files("*.safetensors", "golden", paper).Select(path => Path.GetFileName(path)!).ToList();
        return new TheoryData<string>(files.Count == 0 ? [NoFile] : files);
    }

    public static GoldenCase Open(string paper, string file)
    {
        Assert.SkipWhen(file == NoFile, SharedData.Absent);
        return new GoldenCase(Path.Combine(SharedData.Folder("golden", paper)!, file));
    }

    public bool Has(string name) => _tensors.ContainsKey(name);

    public int[] Shape(string name) => _tensors[name].Shape;

    public float[] Floats(string name) => Cast<float>(name, "F32");

    public float[]? FloatsOrNull(string name) => Has(name) ? Floats(name) : null;

    public int[] Integers(string name) => Cast<int>(name, "I32");

    /// <summary>A linear's weight, stored [out, in], as [in, out].</summary>
    public float[] Linear(string name)
    {
        var (rows, columns) = (Shape(name)[0], Shape(name)[1]);
        var stored = Floats(name);
        var turned = new float[stored.Length];
        for (var row = 0; row < rows; row++)
        {
            for (var column = 0; column < columns; column++)
            {
                turned[(column * rows) + row] = stored[(row * columns) + column];
            }
        }

        return turned;
    }

    public double[] Doubles(string name) => Cast<double>(name, "F64");

    private T[] Cast<T>(string name, string type)
        where T : struct
    {
        var tensor = _tensors[name];
        return tensor.Type == type
            ? MemoryMarshal.Cast<byte, T>(tensor.Bytes).ToArray()
            : throw new InvalidDataException($"{name} is {tensor.Type}, not {type}");
    }
}
