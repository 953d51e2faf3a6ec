using NativeSparse.Onnx;

namespace NativeSparse.Session;

/// <summary>Where a model comes from, to be parsed as often as needed: a calibration session and a converted session each change their own copy.</summary>
/// <param name="Path">The file, or null.</param>
/// <param name="Bytes">The serialized model, where it did not come from a file.</param>
/// <param name="Folder">Folder of the external data of <paramref name="Bytes"/>.</param>
internal sealed record ModelSource(string? Path, ReadOnlyMemory<byte> Bytes, string? Folder)
{
    /// <summary>A model file.</summary>
    public static ModelSource FromFile(string path)
    {
        ArgumentException.ThrowIfNullOrEmpty(path);
        return new ModelSource(path, default, null);
    }

    /// <summary>Parses the model.</summary>
    public OnnxModel Open()
    {
        if (Path is not null)
        {
            return OnnxModel.Load(Path);
        }

        using var stream = System.Runtime.InteropServices.MemoryMarshal.TryGetArray(Bytes, out var segment)
            ? new MemoryStream(segment.Array!, segment.Offset, segment.Count, writable: false)
            : new MemoryStream(Bytes.ToArray(), writable: false);
        return OnnxModel.Load(stream, Folder);
    }
}
